-- Bring a job forward, unless somebody has claimed it: its score is then the end of a lease.
-- KEYS: due, claims
-- ARGV: job, due ms
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then
  redis.call('ZADD', KEYS[1], 'XX', 'LT', ARGV[2], ARGV[1])
end
return 1
