-- Set the override of an article in place of the one it has.
--
-- KEYS[1] gs:published:SITE  zset    its members are the catalogued ids
-- KEYS[2] gs:alias:SITE      hash    alias -> id
-- KEYS[3] gs:override:SITE   hash    id -> JSON of its override
-- KEYS[4] gs:changes         stream  one entry per change
-- KEYS[5] gs:audit           stream  one entry per change
--
-- ARGV[1] site  ARGV[2] an id or alias  ARGV[3] the override as JSON  ARGV[4] now, in Unix seconds
-- ARGV[5] overrides a site may have in force  ARGV[6] length of the two streams, about
--
-- Effects: all of it, or nothing. What else is stored for the article, under an id that has become its
-- alias, goes.
-- Returns {'stored', id}, {'replaced', id}, {'unknown'}, {'taken', id} with who has the position, or {'full'}.
-- Cost: O(overrides of the site).

local kinds = {'zset', 'hash', 'hash', 'stream', 'stream'}
for i, kind in ipairs(kinds) do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= 'none' and found ~= kind then
    return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. found)
  end
end

local published, alias, overrides = KEYS[1], KEYS[2], KEYS[3]
local site, id, now, length = ARGV[1], ARGV[2], tonumber(ARGV[4]), ARGV[6]
local wanted = cjson.decode(ARGV[3])

id = redis.call('HGET', alias, id) or id
if not redis.call('ZSCORE', published, id) then
  return {'unknown'}
end

local replaced, in_force = {}, 0
local flat = redis.call('HGETALL', overrides)
for i = 1, #flat, 2 do
  local name = flat[i]
  local article = redis.call('HGET', alias, name) or name
  local readable, other = pcall(cjson.decode, flat[i + 1])
  if article == id then
    replaced[#replaced + 1] = name
  elseif readable and type(other) == 'table' and (tonumber(other['until']) or 0) > now then
    in_force = in_force + 1
    if wanted.position and other.action == wanted.action and other.position == wanted.position then
      return {'taken', article}
    end
  end
end
if in_force >= tonumber(ARGV[5]) then
  return {'full'}
end

for _, name in ipairs(replaced) do
  redis.call('HDEL', overrides, name)
end
redis.call('HSET', overrides, id, ARGV[3])
redis.call('XADD', KEYS[4], 'MAXLEN', '~', length, '*', 'site', site, 'aliases', '', 'override', id)
redis.call('XADD', KEYS[5], 'MAXLEN', '~', length, '*',
  'who', wanted.by, 'action', wanted.action, 'site', site, 'id', id, 'override', ARGV[3])
return {#replaced > 0 and 'replaced' or 'stored', id}
