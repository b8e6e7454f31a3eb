-- entry.bury: an entry nobody can count becomes a dead letter, once.
--
-- KEYS  1  the stream   2  dead letters   3  total
-- ARGV  1  group   2  stream id   3  defect   4  detail   5  most dead letters kept   6  views in it, 0 if unknown
--       7 ..  its fields and values
-- Effects  XACK; if that answers 1, XADD to the dead letters and their number of views. Nothing is
--          marked as seen, so a replay counts.
-- Returns  1 when it was buried here, 0 when somebody else had acknowledged it.
-- Cost     O(fields).

local wanted = { 'stream', 'stream', 'hash' }
for i, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= wanted[i] and found ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found)
  end
end
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
local letter = { 'reason', ARGV[3], 'detail', ARGV[4], 'stream_id', ARGV[2] }
for i = 7, #ARGV do letter[#letter + 1] = ARGV[i] end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', unpack(letter))
redis.call('HINCRBY', KEYS[3], 'dead', ARGV[6])
return 1
