-- Take one article and its aliases out of the catalogue. What was counted stays.
--
-- KEYS[1] gs:article:SITE:ID   hash
-- KEYS[2] gs:published:SITE    zset
-- KEYS[3] gs:alias:SITE        hash
-- KEYS[4] gs:changes           stream
-- KEYS[5] gs:audit             stream
--
-- ARGV[1] site  ARGV[2] id  ARGV[3] who  ARGV[4] length of the two streams, about
--
-- Effects: all of it, or nothing.
-- Returns {'deleted'}, {'alias', owner} when the id only is an alias, or {'unknown'}.
-- Cost: O(aliases of the article).

local kinds = {'hash', 'zset', 'hash', 'stream', 'stream'}
for i, kind in ipairs(kinds) do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= 'none' and found ~= kind then
    return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. found)
  end
end

local article, published, alias = KEYS[1], KEYS[2], KEYS[3]
local site, id, who, length = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if redis.call('EXISTS', article) == 0 and not redis.call('ZSCORE', published, id) then
  local owner = redis.call('HGET', alias, id)
  if owner then
    return {'alias', owner}
  end
  return {'unknown'}
end

local removed = {}
for _, field in ipairs({'held', 'merged'}) do
  for name in string.gmatch(redis.call('HGET', article, field) or '', '%S+') do
    if redis.call('HGET', alias, name) == id then
      redis.call('HDEL', alias, name)
      removed[#removed + 1] = name
    end
  end
end
redis.call('DEL', article)
redis.call('ZREM', published, id)
redis.call('XADD', KEYS[4], 'MAXLEN', '~', length, '*',
  'site', site, 'id', id, 'aliases', table.concat(removed, ' '))
redis.call('XADD', KEYS[5], 'MAXLEN', '~', length, '*',
  'who', who, 'action', 'delete', 'site', site, 'id', id)
return {'deleted'}
