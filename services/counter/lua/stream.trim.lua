-- stream.trim: cut off what is acknowledged, and forget consumers that are gone.
--
-- KEYS  1  the stream
-- ARGV  1  group   2  idle milliseconds after which a consumer without pending entries is gone
-- Effects  XTRIM MINID to the smallest pending id, else to the last delivered one; never by length,
--          which would cut unread entries. XGROUP DELCONSUMER only of consumers that hold nothing:
--          deleting one that does would lose what it holds.
-- Returns  the number of entries cut off.
-- Errors   NOGROUP when the group is gone.
-- Cost     O(consumers + entries cut off).

local function fields_of(reply)
  local found = {}
  for i = 1, #reply, 2 do found[reply[i]] = reply[i + 1] end
  return found
end

local last
for _, reply in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = fields_of(reply)
  if group['name'] == ARGV[1] then last = group['last-delivered-id'] end
end
if not last then return redis.error_reply('NOGROUP ' .. ARGV[1]) end

local pending = redis.call('XPENDING', KEYS[1], ARGV[1])
local cut = redis.call('XTRIM', KEYS[1], 'MINID', pending[2] or last)
for _, reply in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = fields_of(reply)
  if consumer['pending'] == 0 and consumer['idle'] > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
  end
end
return cut
