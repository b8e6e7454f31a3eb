-- list.publish: write a list and its minute snapshot, unless a newer generation wrote before.
--
-- KEYS  1  gs:list:{SITE}:NAME   2  gs:history:{SITE}:NAME
-- ARGV  1  the list; its first 20 digits are the generation
--       2  the snapshot, empty when none is due   3  the mark of what the snapshot shows
--       4  now   5  the oldest moment history answers for; both in Unix milliseconds
--       6  what stands beside the list at places of its own, empty for nothing
-- Effects  SET of the list. XADD of the snapshot when it is the first of its minute and its mark is
--          not that of the last one; then XTRIM MINID to the hour of the snapshot in force at the oldest
--          moment, whose first snapshot lends it its dictionary.
-- Returns  the 20 digits of the generation that stands in the way, with nothing written; else ''.
-- Errors   WRONGTYPE, with nothing written.
-- Cost     O(size of the list + snapshots trimmed), 0.1 ms for 500 articles.

local DIGITS = 20

local function holds(key, wanted)
  local found = redis.call('TYPE', key)['ok']
  return found == 'none' or found == wanted
end
if not (holds(KEYS[1], 'string') and holds(KEYS[2], 'stream')) then
  return redis.error_reply('WRONGTYPE ' .. KEYS[1] .. ' or its history holds something else')
end

local standing = redis.call('GETRANGE', KEYS[1], 0, DIGITS - 1)
if #standing == DIGITS and not standing:find('%D') and standing > ARGV[1]:sub(1, DIGITS) then
  return standing
end
redis.call('SET', KEYS[1], ARGV[1])

if ARGV[2] == '' then return '' end
local function minute(id) return math.floor(tonumber(id:match('^%d+')) / 60000) end
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if last then
  local mark
  for i = 1, #last[2], 2 do
    if last[2][i] == 'm' then mark = last[2][i + 1] end
  end
  if mark == ARGV[3] or minute(last[1]) >= minute(ARGV[4]) then return '' end
end
local fields = {'s', ARGV[2], 'm', ARGV[3]}
if ARGV[6] ~= '' then fields[5], fields[6] = 'o', ARGV[6] end
redis.call('XADD', KEYS[2], ARGV[4] .. '-0', unpack(fields))
local oldest = redis.call('XREVRANGE', KEYS[2], ARGV[5], '-', 'COUNT', 1)[1]
if oldest then
  redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f', math.floor(minute(oldest[1]) / 60) * 3600000))
end
return ''
