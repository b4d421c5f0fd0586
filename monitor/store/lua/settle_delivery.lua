-- End a delivery: acknowledge what it settles and clear what the channel was at. Done twice, it is done once.
-- KEYS: alerts, delivery:NAME, replay:NAME, counts, sent:NAME, dead
-- ARGV: group, key of the delivery, now ms, name to count, 1 if it was sent, number of entries, entries...,
--       field/value pairs of the dead letter, if it becomes one...
-- An entry `replay:ID` is one of replay:NAME. Returns how many entries were still open.
local last, open = 6 + tonumber(ARGV[6]), 0
for index = 7, last do
  if string.sub(ARGV[index], 1, 7) == 'replay:' then
    open = open + redis.call('XDEL', KEYS[3], string.sub(ARGV[index], 8))
  else
    open = open + redis.call('XACK', KEYS[1], ARGV[1], ARGV[index])
  end
end
-- A sender that lost its lease must not clear what the next one has begun.
if redis.call('HGET', KEYS[2], 'key') == ARGV[2] then
  redis.call('HDEL', KEYS[2], 'key', 'entries', 'attempts', 'not_before')
end
if open > 0 then
  redis.call('HINCRBY', KEYS[4], ARGV[4], open)
  if #ARGV > last then
    redis.call('XADD', KEYS[6], '*', unpack(ARGV, last + 1, #ARGV))
  end
end
if ARGV[5] == '1' then
  redis.call('ZADD', KEYS[5], ARGV[3], ARGV[2] .. ' ' .. ARGV[3])
  redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', ARGV[3] - 3600000)
  redis.call('ZREMRANGEBYRANK', KEYS[5], 0, -1001)
  redis.call('EXPIRE', KEYS[5], 3600)
  redis.call('HSET', KEYS[2], 'delivered', ARGV[3], 'failures', 0)
  if redis.call('HGET', KEYS[2], 'told') ~= '1' then
    redis.call('HDEL', KEYS[2], 'since', 'reason')
  end
end
return open
