-- Store one article with its aliases, unless that would give an alias two owners.
--
-- KEYS[1] gs:article:SITE:ID   hash    the article, `held` (aliases of its last put) and `merged`
-- KEYS[2] gs:published:SITE    zset    id -> publication time; its members are the catalogued ids
-- KEYS[3] gs:alias:SITE        hash    alias -> id
-- KEYS[4] gs:changes           stream  one entry per change
-- KEYS[5] gs:audit             stream  one entry per change
--
-- ARGV[1] site  ARGV[2] id  ARGV[3] publication time in Unix seconds  ARGV[4] who
-- ARGV[5] length of the two streams, about
-- ARGV[6] aliases the caller stated, joined by blanks, which no id holds
-- ARGV[7] the id the address makes, left out when another article has it; empty for none
-- ARGV[8..] field, value, field, value: the article
--
-- Effects: all of the article and its aliases, or nothing. What has not changed is not written.
-- Returns {'stored'}, {'unchanged'}, or {'taken', alias, owner} with nothing written.
-- Cost: O(fields + aliases).

local kinds = {'hash', 'zset', 'hash', 'stream', 'stream'}
for i, kind in ipairs(kinds) do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= 'none' and found ~= kind then
    return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. found)
  end
end

local article, published, alias = KEYS[1], KEYS[2], KEYS[3]
local site, id, at, who, length = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local function owner_of(name)
  if redis.call('ZSCORE', published, name) then
    return name
  end
  return redis.call('HGET', alias, name)
end

local owner = redis.call('HGET', alias, id)
if owner then
  return {'taken', id, owner}
end
local wanted, is_wanted = {}, {}
for name in string.gmatch(ARGV[6], '%S+') do
  owner = owner_of(name)
  if owner and owner ~= id then
    return {'taken', name, owner}
  end
  wanted[#wanted + 1] = name
  is_wanted[name] = true
end
local by_address = ARGV[7]
if by_address ~= '' and not is_wanted[by_address] then
  owner = owner_of(by_address)
  if not owner or owner == id then
    wanted[#wanted + 1] = by_address
    is_wanted[by_address] = true
  end
end

local old = {}
local flat = redis.call('HGETALL', article)
for i = 1, #flat, 2 do
  old[flat[i]] = flat[i + 1]
end
local held, merged = old.held or '', old.merged or ''
old.held, old.merged = nil, nil

local changed = not redis.call('ZSCORE', published, id)
local new = {}
for i = 8, #ARGV, 2 do
  new[ARGV[i]] = true
  changed = changed or old[ARGV[i]] ~= ARGV[i + 1]
end
local stale = {}
for name in pairs(old) do
  if not new[name] then
    stale[#stale + 1] = name
  end
end

-- An id merged into this article stays its alias whatever a later put says.
local stays = {}
for name in string.gmatch(merged, '%S+') do
  stays[name] = true
end
local added, removed = {}, {}
for _, name in ipairs(wanted) do
  if redis.call('HGET', alias, name) ~= id then
    added[#added + 1] = name
  end
end
for name in string.gmatch(held, '%S+') do
  if not is_wanted[name] and not stays[name] and redis.call('HGET', alias, name) == id then
    removed[#removed + 1] = name
  end
end
if not changed and #stale == 0 and #added == 0 and #removed == 0 then
  return {'unchanged'}
end

for i = 8, #ARGV, 2 do
  redis.call('HSET', article, ARGV[i], ARGV[i + 1])
end
redis.call('HSET', article, 'held', table.concat(wanted, ' '))
for _, name in ipairs(stale) do
  redis.call('HDEL', article, name)
end
redis.call('ZADD', published, at, id)
for _, name in ipairs(added) do
  redis.call('HSET', alias, name, id)
end
for _, name in ipairs(removed) do
  redis.call('HDEL', alias, name)
  added[#added + 1] = name
end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', length, '*',
  'site', site, 'id', id, 'aliases', table.concat(added, ' '))
redis.call('XADD', KEYS[5], 'MAXLEN', '~', length, '*',
  'who', who, 'action', 'put', 'site', site, 'id', id)
return {'stored'}
