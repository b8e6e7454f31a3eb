-- Take away the override of an article before its time.
--
-- KEYS[1] gs:alias:SITE     hash    alias -> id
-- KEYS[2] gs:override:SITE  hash    id -> JSON of its override
-- KEYS[3] gs:changes        stream  one entry per change
-- KEYS[4] gs:audit          stream  one entry per change
--
-- ARGV[1] site  ARGV[2] an id or alias  ARGV[3] who  ARGV[4] why  ARGV[5] now, in Unix seconds
-- ARGV[6] length of the two streams, about
--
-- Effects: all of it, or nothing.
-- Returns {'lifted', id}, or {'unknown', id} when none is in force.
-- Cost: O(overrides of the site).

local kinds = {'hash', 'hash', 'stream', 'stream'}
for i, kind in ipairs(kinds) do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= 'none' and found ~= kind then
    return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. found)
  end
end

local alias, overrides = KEYS[1], KEYS[2]
local site, id, now, length = ARGV[1], ARGV[2], tonumber(ARGV[5]), ARGV[6]
id = redis.call('HGET', alias, id) or id

local lifted, values = {}, {}
local flat = redis.call('HGETALL', overrides)
for i = 1, #flat, 2 do
  local readable, one = pcall(cjson.decode, flat[i + 1])
  -- What nobody can read is in nobody's force, and this is how it goes.
  local over = readable and type(one) == 'table' and (tonumber(one['until']) or now + 1) <= now
  if not over and (redis.call('HGET', alias, flat[i]) or flat[i]) == id then
    lifted[#lifted + 1] = flat[i]
    values[#values + 1] = flat[i + 1]
  end
end
if #lifted == 0 then
  return {'unknown', id}
end

for _, name in ipairs(lifted) do
  redis.call('HDEL', overrides, name)
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', length, '*', 'site', site, 'aliases', '', 'override', id)
redis.call('XADD', KEYS[4], 'MAXLEN', '~', length, '*', 'who', ARGV[3], 'action', 'lift', 'site', site,
  'id', id, 'reason', ARGV[4], 'override', table.concat(values, ' '))
return {'lifted', id}
