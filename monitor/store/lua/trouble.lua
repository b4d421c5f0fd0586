-- Change what is known of a trouble, and tell of it, once: only for the caller that saw what is stored.
-- KEYS: troubles, alerts, counts
-- ARGV: subject, stored trouble JSON or '', new trouble JSON or '' (none), notice JSON or '' (nothing is told)
-- Returns 1, or 0 when it was changed meanwhile.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then
  return 0
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
if ARGV[4] ~= '' then
  redis.call('XADD', KEYS[2], '*', 'notice', ARGV[4])
  redis.call('HINCRBY', KEYS[3], 'notices', 1)
end
return 1
