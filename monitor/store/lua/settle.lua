-- End a claim: the result counts only for the holder of the token, and all of it is stored or nothing.
-- KEYS: due, claims, state of the job, counts, unread, document, homes, hosts, backlog, host:HOST, inside:HOST
-- ARGV: head (JSON), state field/value pairs..., document field/value pairs...
-- The head: job, token, due (ms, or nil: never again), counted (names), home (a new one, or nil), forget (true deletes
--           the state), states (how many state values), host ('' where none is known), pause (of the host, ms, or nil),
--           strikes (of the host, or nil), and of the document: document (id), hint (ms), source, weight (bytes).
-- Returns 1, or 0 when another claim has come since.
local due, claims, state, counts, unread, document, homes, hosts, backlog, gate, inside = unpack(KEYS)
local head = cjson.decode(ARGV[1])
if redis.call('HGET', claims, head.job) ~= head.token then
  return 0
end
redis.call('HDEL', claims, head.job)
-- A page that was asked for anew while it was fetched (request.lua): what is known now is what that request says.
local again = string.sub(head.job, 1, 5) == 'page:' and redis.call('HGET', state, 'again')
local keep = again and (head.forget or head.states > 0)
if again then
  redis.call('HDEL', state, 'again')
end
if keep then
  redis.call('ZADD', due, again, head.job)
elseif head.due then
  redis.call('ZADD', due, head.due, head.job)
  if head.home then
    redis.call('HSET', homes, head.job, head.home)
  end
else
  redis.call('ZREM', due, head.job)
  redis.call('HDEL', homes, head.job)
end
if head.forget and not keep then
  redis.call('DEL', state)
elseif head.states > 0 and not keep then
  redis.call('HSET', state, unpack(ARGV, 2, 1 + head.states))
end
if head.document then
  redis.call('HSET', document, unpack(ARGV, 2 + head.states, #ARGV))
  redis.call('ZADD', unread, head.hint, head.document)
  redis.call('HINCRBY', backlog, head.source, head.weight)
  redis.call('HINCRBY', backlog, '*', head.weight)
end
for _, name in ipairs(head.counted) do
  redis.call('HINCRBY', counts, name, 1)
end
if head.host ~= '' then
  redis.call('ZREM', inside, head.job)
  if head.pause then
    local pause = math.max(head.pause, tonumber(redis.call('HGET', gate, 'pause') or 0))
    redis.call('HSET', gate, 'pause', pause)
    redis.call('PEXPIRE', gate, 172800000)
  end
  if head.strikes then
    redis.call('HSET', gate, 'strikes', head.strikes)
  end
  -- Room was made: whoever waits for this host is served as soon as its pace allows.
  local times = redis.call('HMGET', gate, 'next', 'pause')
  redis.call('ZADD', hosts, 'XX', math.max(tonumber(times[1] or 0), tonumber(times[2] or 0)), head.host)
end
return 1
