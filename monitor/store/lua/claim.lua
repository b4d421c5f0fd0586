-- Claim jobs that are due: each is re-scored to the end of its lease and gets a fencing token.
-- KEYS: due, claims, token, unread
-- ARGV: now ms, lease ms, how many, limit of unread documents
-- Returns {job, token, job, token, ...}; nothing while too many documents wait to be read.
if redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[4]) then
  return {}
end
local jobs = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
local claimed = {}
for _, job in ipairs(jobs) do
  local token = redis.call('INCR', KEYS[3])
  redis.call('ZADD', KEYS[1], ARGV[1] + ARGV[2], job)
  redis.call('HSET', KEYS[2], job, token)
  claimed[#claimed + 1] = job
  claimed[#claimed + 1] = token
end
return claimed
