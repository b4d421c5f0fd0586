-- Put a dead letter back to its channel, once.
-- KEYS: dead, replay:NAME
-- ARGV: entry of the dead letter, field/value pairs...
-- Returns 1, or 0 when it is not there any more.
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 2, #ARGV))
return 1
