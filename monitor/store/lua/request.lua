-- Ask for a page, sooner than was planned or at the same time. One that is being fetched now is fetched once more after
-- that (settle.lua): its score is the end of a lease, which must not be shortened.
-- KEYS: due, claims, page:ID
-- ARGV: job, due ms, request (JSON)
redis.call('HSET', KEYS[3], 'request', ARGV[3])
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[3], 'again', ARGV[2])
else
  redis.call('ZADD', KEYS[1], 'LT', ARGV[2], ARGV[1])
end
