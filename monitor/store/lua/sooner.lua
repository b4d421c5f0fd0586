-- Bring a job forward, unless somebody has claimed it: its score is then the end of a lease, which must not be shortened.
-- KEYS: due, claims
-- ARGV: job, due ms
-- Returns 1, or 0 when the job is not scheduled.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then
  redis.call('ZADD', KEYS[1], 'XX', 'LT', ARGV[2], ARGV[1])
end
return redis.call('ZSCORE', KEYS[1], ARGV[1]) and 1 or 0
