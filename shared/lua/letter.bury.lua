-- letter.bury: an entry nobody can count becomes a dead letter, once.
--
-- KEYS  1  the stream   2  dead letters   3  total
-- ARGV  1  group   2  stream id, empty for an entry that never was on the stream   3  reason   4  detail
--       5  views in the entry   6  most letters kept   7 ..  its fields and values, at most 1,000 of both
-- Effects  XACK, and nothing else unless that answers 1, then XDEL; without a stream id the views are accepted here.
--          XADD to the dead letters, `dead` of the totals. The oldest letters beyond the bound go, and their
--          views become `dead_trimmed`. Nothing is marked as seen, so a replay counts.
-- Returns  { 1 when it was buried here or 0, letters that went for it }.
-- Cost     O(fields + letters that go).

local wanted = { 'stream', 'stream', 'hash' }
for i, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= wanted[i] and found ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found)
  end
end

local letters, total = KEYS[2], KEYS[3]
local stream_id, views, most = ARGV[2], tonumber(ARGV[5]), tonumber(ARGV[6])
local time = redis.call('TIME')
local at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))

-- The first write is the one that can be refused: XACK by its answer, XADD by a full memory.
if stream_id ~= '' then
  if redis.call('XACK', KEYS[1], ARGV[1], stream_id) == 0 then return { 0, 0 } end
  redis.call('XDEL', KEYS[1], stream_id)
end
local letter = { 'reason', ARGV[3], 'detail', ARGV[4], 'at', at, 'stream_id', stream_id, 'views', views }
for i = 7, #ARGV do letter[#letter + 1] = ARGV[i] end
redis.call('XADD', letters, '*', unpack(letter))
if stream_id == '' then redis.call('HINCRBY', total, 'accepted', views) end

local trimmed, lost = redis.call('XLEN', letters) - most, 0
if trimmed > 0 then
  for _, oldest in ipairs(redis.call('XRANGE', letters, '-', '+', 'COUNT', trimmed)) do
    for i = 1, #oldest[2], 2 do
      if oldest[2][i] == 'views' then lost = lost + tonumber(oldest[2][i + 1]) end
    end
  end
  redis.call('XTRIM', letters, 'MAXLEN', '=', most)
  redis.call('HINCRBY', total, 'dead_trimmed', lost)
else
  trimmed = 0
end
redis.call('HINCRBY', total, 'dead', views - lost)
return { 1, trimmed }
