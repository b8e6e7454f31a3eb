-- arrivals.add: add what one collector saw of one site in one hour.
--
-- KEYS  1  gs:arrivals:SITE:YYYYMMDDHH
-- ARGV  1  seconds to live   2  moment of the last accepted view in Unix milliseconds, 0 for none
--       3  the most origins an hour has   4  thousandths of the views that the heaviest address carries, or empty
--       5 ..  field, amount, field, amount, ...
-- Effects  HINCRBY of each field, but for a new `origin:` where there are enough of them; HSET of `last_ms`
--          if it is later than what stands there, and of `heaviest` if it is told; EXPIRE.
-- Returns  nothing.
-- Errors   WRONGTYPE, with nothing written.
-- Cost     O(fields), and HKEYS once if there is an origin.
local origins
local function room_for(field)
  if not origins then
    origins = 0
    for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
      if name:sub(1, 7) == 'origin:' then origins = origins + 1 end
    end
  end
  if redis.call('HEXISTS', KEYS[1], field) == 1 then return true end
  if origins >= tonumber(ARGV[3]) then return false end
  origins = origins + 1
  return true
end

for i = 5, #ARGV, 2 do
  local field = ARGV[i]
  if field:sub(1, 7) ~= 'origin:' or room_for(field) then redis.call('HINCRBY', KEYS[1], field, ARGV[i + 1]) end
end
if tonumber(ARGV[2]) > tonumber(redis.call('HGET', KEYS[1], 'last_ms') or 0) then
  redis.call('HSET', KEYS[1], 'last_ms', ARGV[2])
end
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'heaviest', ARGV[4]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
