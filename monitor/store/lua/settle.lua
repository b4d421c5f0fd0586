-- End a claim: the result counts only for the holder of the token, and all of it is stored or nothing.
-- KEYS: due, claims, state of the job, counts, unread, document
-- ARGV: job, token, next due ms or '' (never again), counted outcome or '', hint due ms, document id or '',
--       '1' to delete the state, number of state values, state field/value pairs..., document field/value pairs...
-- Returns 1, or 0 when another claim has come since.
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call('HDEL', KEYS[2], ARGV[1])
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
end
local states = tonumber(ARGV[8])
if ARGV[7] == '1' then
  redis.call('DEL', KEYS[3])
elseif states > 0 then
  redis.call('HSET', KEYS[3], unpack(ARGV, 9, 8 + states))
end
if ARGV[6] ~= '' then
  redis.call('HSET', KEYS[6], unpack(ARGV, 9 + states, #ARGV))
  redis.call('ZADD', KEYS[5], ARGV[5], ARGV[6])
end
if ARGV[4] ~= '' then
  redis.call('HINCRBY', KEYS[4], ARGV[4], 1)
end
return 1
