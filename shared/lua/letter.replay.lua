-- letter.replay: the entry of a dead letter goes back on its stream, once.
--
-- KEYS  1  dead letters   2  the stream   3  total
-- ARGV  1  id of the letter
-- Effects  XADD of the entry as it was, XDEL of the letter, its views off `dead` of the totals.
-- Returns  1, or 0 when the letter was gone.
-- Cost     O(fields).

local wanted = { 'stream', 'stream', 'hash' }
for i, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= wanted[i] and found ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found)
  end
end

local letter = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not letter then return 0 end
local entry, views = {}, 0
for i = 1, #letter[2], 2 do
  local name, value = letter[2][i], letter[2][i + 1]
  if string.sub(name, 1, 4) == 'raw.' then
    entry[#entry + 1], entry[#entry + 2] = string.sub(name, 5), value
  elseif name == 'views' then
    views = tonumber(value)
  end
end
if #entry == 0 then return redis.error_reply('EMPTY the letter ' .. ARGV[1] .. ' holds no entry') end

-- First what a full memory refuses, so that nothing is done then.
redis.call('XADD', KEYS[2], '*', unpack(entry))
redis.call('XDEL', KEYS[1], ARGV[1])
redis.call('HINCRBY', KEYS[3], 'dead', -views)
return 1
