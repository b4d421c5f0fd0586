-- Put a notice into the stream exactly once.
-- KEYS: alerted:NOTICE, alerts, counts
-- ARGV: notice JSON, lifetime of alerted s
-- Returns the id of the stream entry, or 'known'.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 'known'
end
redis.call('SET', KEYS[1], '1', 'EX', ARGV[2])
redis.call('HINCRBY', KEYS[3], 'notices', 1)
return redis.call('XADD', KEYS[2], '*', 'notice', ARGV[1])
