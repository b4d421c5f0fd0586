-- Put an alert or an update into the queue exactly once, together with the state of its story.
-- KEYS: stories, alerted:ARTICLE, alerts, story:ID, counts, alerted:ARTICLE/told, word:HASH...
-- ARGV: version of `stories` that the decision was made on, message JSON or '' (the article joins a story in silence), story JSON,
--       story id, value for alerted, lifetime of alerted s, lifetime of the story s, name of the message's field: alert or update,
--       most stories that a word leads to, severity of the story
-- Returns 'known' (this article was here before), 'stale' (decide again), 'joined' or the id of the stream entry.
if redis.call('EXISTS', KEYS[2]) == 1 then
  return 'known'
end
if (redis.call('GET', KEYS[1]) or '0') ~= ARGV[1] then
  return 'stale'
end
local entry = 'joined'
if ARGV[2] ~= '' then
  entry = redis.call('XADD', KEYS[3], '*', ARGV[8], ARGV[2])
  redis.call('HINCRBY', KEYS[5], ARGV[8] .. 's', 1)
end
redis.call('INCR', KEYS[1])
redis.call('SET', KEYS[2], ARGV[5], 'EX', ARGV[6])
redis.call('SET', KEYS[4], ARGV[3], 'EX', ARGV[7])
local now = tonumber(redis.call('TIME')[1])
redis.call('SET', KEYS[6], ARGV[10], 'EX', ARGV[6])
for index = 7, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[index], '-inf', now)
  redis.call('ZADD', KEYS[index], now + ARGV[7], ARGV[4])
  redis.call('ZREMRANGEBYRANK', KEYS[index], 0, -1 - ARGV[9])
  redis.call('EXPIRE', KEYS[index], ARGV[7])
end
return entry
