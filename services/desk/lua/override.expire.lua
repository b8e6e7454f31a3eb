-- Sweep out an override whose time is over, if it still is what it was.
--
-- KEYS[1] gs:override:SITE  hash    id -> JSON of its override
-- KEYS[2] gs:changes        stream  one entry per change
-- KEYS[3] gs:audit          stream  one entry per change
--
-- ARGV[1] site  ARGV[2] id  ARGV[3] the override as it was read  ARGV[4] length of the two streams, about
--
-- Effects: all of it, or nothing.
-- Returns 1 when it was swept out, 0 when another has taken its place or it is gone.
-- Cost: O(1).

local kinds = {'hash', 'stream', 'stream'}
for i, kind in ipairs(kinds) do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= 'none' and found ~= kind then
    return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. found)
  end
end

local site, id, read, length = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call('HGET', KEYS[1], id) ~= read then
  return 0
end
redis.call('HDEL', KEYS[1], id)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', length, '*', 'site', site, 'aliases', '', 'override', id)
redis.call('XADD', KEYS[3], 'MAXLEN', '~', length, '*',
  'who', 'groundswell', 'action', 'expire', 'site', site, 'id', id, 'override', read)
return 1
