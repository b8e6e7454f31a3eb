-- Make one id, and all its aliases, aliases of a catalogued article.
--
-- KEYS[1] gs:article:SITE:FROM  hash
-- KEYS[2] gs:article:SITE:INTO  hash
-- KEYS[3] gs:published:SITE     zset
-- KEYS[4] gs:alias:SITE         hash
-- KEYS[5] gs:changes            stream
-- KEYS[6] gs:audit              stream
--
-- ARGV[1] site  ARGV[2] from  ARGV[3] into, another id  ARGV[4] who  ARGV[5] length of the two streams, about
--
-- Effects: `from` leaves the catalogue if it was in it; it and its aliases name `into`, and are
-- written down in the field `merged` of `into`. All of it, or nothing. No chain of aliases can
-- arise, because `into` is catalogued, and no catalogued id is an alias.
-- Returns {'merged', id...} with the ids that are aliases of `into` by this merge or an earlier
-- one like it, {'alias', id, owner} when one of the two already is an alias of another, or {'unknown'}.
-- Cost: O(aliases of both).

local kinds = {'hash', 'hash', 'zset', 'hash', 'stream', 'stream'}
for i, kind in ipairs(kinds) do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= 'none' and found ~= kind then
    return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. found)
  end
end

local published, alias = KEYS[3], KEYS[4]
local site, from, into, who, length = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

if not redis.call('ZSCORE', published, into) then
  local owner = redis.call('HGET', alias, into)
  if owner then
    return {'alias', into, owner}
  end
  return {'unknown'}
end
local owner = redis.call('HGET', alias, from)
if owner and owner ~= into then
  return {'alias', from, owner}
end

local merged, is_merged = {}, {}
for name in string.gmatch(redis.call('HGET', KEYS[2], 'merged') or '', '%S+') do
  merged[#merged + 1] = name
  is_merged[name] = true
end
if is_merged[from] then
  return {'merged', from}
end

local names = {from}
for _, field in ipairs({'held', 'merged'}) do
  for name in string.gmatch(redis.call('HGET', KEYS[1], field) or '', '%S+') do
    if redis.call('HGET', alias, name) == from then
      names[#names + 1] = name
    end
  end
end
for _, name in ipairs(names) do
  merged[#merged + 1] = name
end
redis.call('HSET', KEYS[2], 'merged', table.concat(merged, ' '))
for _, name in ipairs(names) do
  redis.call('HSET', alias, name, into)
end
redis.call('DEL', KEYS[1])
redis.call('ZREM', published, from)
redis.call('XADD', KEYS[5], 'MAXLEN', '~', length, '*',
  'site', site, 'id', from, 'aliases', table.concat(names, ' '))
redis.call('XADD', KEYS[6], 'MAXLEN', '~', length, '*',
  'who', who, 'action', 'merge', 'site', site, 'id', into, 'from', from)
table.insert(names, 1, 'merged')
return names
