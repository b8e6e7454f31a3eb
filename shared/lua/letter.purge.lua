-- letter.purge: a dead letter is thrown away, once.
--
-- KEYS  1  dead letters   2  total
-- ARGV  1  id of the letter
-- Effects  XDEL; its views leave `dead` of the totals for `purged`.
-- Returns  1, or 0 when the letter was gone.
-- Cost     O(fields).

local wanted = { 'stream', 'hash' }
for i, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= wanted[i] and found ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found)
  end
end

local letter = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not letter then return 0 end
local views = 0
for i = 1, #letter[2], 2 do
  if letter[2][i] == 'views' then views = tonumber(letter[2][i + 1]) end
end
redis.call('XDEL', KEYS[1], ARGV[1])
redis.call('HINCRBY', KEYS[2], 'dead', -views)
redis.call('HINCRBY', KEYS[2], 'purged', views)
return 1
