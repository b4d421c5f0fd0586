-- Claim jobs whose time has come and whose host may be asked now: each is re-scored to the end of its lease and gets a
-- fencing token. A host is asked by so many at once, and no sooner than its pace after the start before.
-- KEYS: due, claims, token, homes, hosts, backlog
-- ARGV: prefix, now ms, lease ms, how many, how many at once per host, for how long a place at a host is held (ms), and
--       three limits of unread documents in bytes: of one source, of all before a source may have but one, of all before
--       nothing is claimed
-- Names that are built here from the prefix: queue:HOST, ready:SOURCE:HOST, inside:HOST, host:HOST.
-- Returns {job, token, home, strikes, ...}, with an empty home where none is known.
local due, claims, last_token, homes, hosts, backlog = unpack(KEYS)
local prefix, now, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local left, per_host = tonumber(ARGV[4]), tonumber(ARGV[5])
local hold, source_limit = tonumber(ARGV[6]), tonumber(ARGV[7])
-- Jobs and hosts looked at in one call, so that ten thousand at once do not hold up the server.
local LOOKED_AT, PARKED_MS, LEAST_MS = 500, 200, 500
-- Longer than a pause without Retry-After, so that refusals in a row are counted; settle.lua keeps a longer one.
local GATE_MS = 7200000

local unread = tonumber(redis.call('HGET', backlog, '*') or 0)
if left < 1 or unread >= tonumber(ARGV[9]) then
  return {}
end
if unread >= tonumber(ARGV[8]) then
  source_limit = 1
end

local claimed = {}

local function claim(job, home, strikes)
  local token = redis.call('INCR', last_token)
  redis.call('ZADD', due, now + lease, job)
  redis.call('HSET', claims, job, token)
  for _, value in ipairs({job, token, home, strikes}) do
    claimed[#claimed + 1] = value
  end
  left = left - 1
end

-- When a host may be asked again, by its pace and its pause; and how often it said 429 or 503 in a row.
local function gate(host)
  local found = redis.call('HMGET', prefix .. 'host:' .. host, 'next', 'pause', 'strikes')
  return math.max(tonumber(found[1] or 0), tonumber(found[2] or 0)), found[3] or '0'
end

-- Every due job waits in the queue of its host. A queue holds a turn for each check and one for all pages of a source,
-- so many pages of one source come one after another between the checks and the pages of others.
local function enqueue(job, home)
  -- Whoever had claimed it lost it with the lease.
  redis.call('HDEL', claims, job)
  local pace, source, host = string.match(home, '^(%d+) (%S*) (.*)$')
  local queue, turn, before = prefix .. 'queue:' .. host, job, 0
  if string.sub(job, 1, 5) == 'page:' then
    local ready = prefix .. 'ready:' .. source .. ':' .. host
    turn = 'pages:' .. source
    redis.call('ZADD', ready, 'NX', now, job)
    before = redis.call('ZCARD', ready)
  end
  redis.call('ZADD', queue, 'NX', now, turn)
  before = before + redis.call('ZCARD', queue)
  -- An estimate of its turn, to be shown and to be queued again should the queue be lost.
  local start = math.max(now, (gate(host))) + before * math.max(tonumber(pace), LEAST_MS) + LEAST_MS
  redis.call('ZADD', due, start, job)
  redis.call('ZADD', hosts, 'LT', now, host)
end

local function next_job(queue, turn, host)
  local source = string.match(turn, '^%a+:(.*)$')
  if tonumber(redis.call('HGET', backlog, source) or 0) >= source_limit then
    redis.call('ZADD', queue, now + PARKED_MS, turn)
    return nil
  end
  if string.sub(turn, 1, 6) ~= 'pages:' then
    redis.call('ZREM', queue, turn)
    return turn
  end
  local ready = prefix .. 'ready:' .. source .. ':' .. host
  local job = redis.call('ZPOPMIN', ready)[1]
  if redis.call('EXISTS', ready) == 1 then
    redis.call('ZADD', queue, now, turn)
  else
    redis.call('ZREM', queue, turn)
  end
  return job
end

local function serve(host)
  local queue, inside, key = prefix .. 'queue:' .. host, prefix .. 'inside:' .. host, prefix .. 'host:' .. host
  local open, strikes = gate(host)
  redis.call('ZREMRANGEBYSCORE', inside, '-inf', now)
  while left > 0 do
    local turn = redis.call('ZRANGE', queue, 0, 0, 'WITHSCORES')
    if not turn[1] then
      redis.call('ZREM', hosts, host)
      return
    end
    local at = math.max(open, tonumber(turn[2]))
    if at <= now and redis.call('ZCARD', inside) >= per_host then
      -- The first that ends opens the host sooner (settle.lua); one that died does so when its place is held no more.
      at = math.max(now + 1, tonumber(redis.call('ZRANGE', inside, 0, 0, 'WITHSCORES')[2]))
    end
    if at > now then
      redis.call('ZADD', hosts, at, host)
      return
    end
    local job = next_job(queue, turn[1], host)
    local home = job and redis.call('HGET', homes, job) or ''
    -- A source that left the configuration has no due time any more; one that came back may have its home elsewhere, or
    -- be under way, and this is an old turn of it.
    local stands = string.match(home, '^%d+ %S* (.*)$') == host and redis.call('HEXISTS', claims, job) == 0
    if stands and redis.call('ZSCORE', due, job) then
      claim(job, home, strikes)
      redis.call('ZADD', inside, now + hold, job)
      redis.call('PEXPIRE', inside, lease)
      open = now + tonumber(string.match(home, '^(%d+) ') or 0)
      redis.call('HSET', key, 'next', open)
      if redis.call('PTTL', key) < GATE_MS then
        redis.call('PEXPIRE', key, GATE_MS)
      end
    end
  end
end

for _, job in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, LOOKED_AT)) do
  local home = redis.call('HGET', homes, job)
  if home then
    enqueue(job, home)
  elseif left > 0 then
    claim(job, '', '0')
  end
end
for _, host in ipairs(redis.call('ZRANGEBYSCORE', hosts, '-inf', now, 'LIMIT', 0, LOOKED_AT)) do
  if left < 1 then
    break
  end
  serve(host)
end
return claimed
