-- entries.append: entries of one writer go on their stream, and are accepted once.
--
-- A writer numbers its entries upwards. What it sends again, because it does not know whether it was
-- written, keeps its number: then it is no news to the books, whichever of the two comes first.
--
-- KEYS  1  the stream   2  total   3  the writer
-- ARGV  1  seconds for which the writer is remembered   2 ..  of each entry, in the order of their
--       numbers: number, views, how many fields and values follow, and those
-- Effects  XADD of all of them. The views of an entry whose number is above the last of the writer are
--          `accepted`, those of others `resent`. The last number is remembered.
-- Returns  nothing.
-- Errors   WRONGTYPE, or OOM of the first XADD; nothing is written then.
-- Cost     O(entries).

local wanted = { 'stream', 'hash', 'string' }
for i, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= wanted[i] and found ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found)
  end
end
local last = tonumber(redis.call('GET', KEYS[3]) or '') or 0
local accepted, resent = 0, 0
local i = 2
while i <= #ARGV do
  local number, views, size = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  -- Never MAXLEN: it would trim what nobody has read.
  redis.call('XADD', KEYS[1], '*', unpack(ARGV, i + 3, i + 2 + size))
  if number > last then
    accepted, last = accepted + views, number
  else
    resent = resent + views
  end
  i = i + 3 + size
end
if accepted > 0 then redis.call('HINCRBY', KEYS[2], 'accepted', accepted) end
if resent > 0 then redis.call('HINCRBY', KEYS[2], 'resent', resent) end
redis.call('SET', KEYS[3], string.format('%.0f', last), 'EX', ARGV[1])
