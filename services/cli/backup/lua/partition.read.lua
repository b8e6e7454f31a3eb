-- partition.read: what one partition holds at one moment, but for what the caller reads itself.
--
-- KEYS  1  gs:views:{p}; what else begins with gs: and carries this tag is found here
-- ARGV  1  the tag as it stands in names: {p}
--       2  msgpack of a map: `names` that the caller reads; `seen`, buckets it has read before and how many
--          members they had, for members are only ever added to them
--       3  the id of the last entry of the stream that the caller has read, `-` for none
-- Effects  none
-- Returns  { now in Unix milliseconds, msgpack of { name, type, moment it expires in ms or less than 0,
--          members } of each key, msgpack of the entries after the one known, msgpack of { last id, entries
--          ever added, highest id ever deleted, groups } }; a group is { name, last delivered id, entries read
--          or false, pending }, what is pending { id, consumer, deliveries }. Empty text for no stream.
-- Cost     O(all keys, to find those of the partition + members read). A reply takes three times as long
--          through Lua as without, so the caller reads what is large.
-- Note     The keys are not declared, so on a cluster this is for the server that has the partition.
local stream, tag = KEYS[1], ARGV[1]
local known = cmsgpack.unpack(ARGV[2])
local read = {}
for _, name in ipairs(known.names) do read[name] = true end

-- Lists carry their site as a tag, and a site may be called 0. What tells visitors apart is worth nothing
-- without the salts, which are in no backup.
local LISTS = { list = true, history = true }
local function wanted(name)
  local kind = name:match('^gs:(%l+):{')
  if not kind or LISTS[kind] or name == stream or read[name] then return false end
  if name:sub(5 + #kind, 4 + #kind + #tag) ~= tag then return false end
  if kind ~= 'seen' then return true end
  local of = name:match('^([^:]+):', 6 + #kind + #tag)
  if of ~= 'entry' and of ~= 'event' then return false end
  return not known.seen[name] or redis.call('SCARD', name) ~= known.seen[name]
end

local READ = {
  string = function(name) return { redis.call('GET', name) } end,
  hash = function(name) return redis.call('HGETALL', name) end,
  set = function(name) return redis.call('SMEMBERS', name) end,
  zset = function(name) return redis.call('ZRANGE', name, 0, -1, 'WITHSCORES') end,
  stream = function(name) return redis.call('XRANGE', name, '-', '+') end,
}

local found = {}
for _, name in ipairs(redis.call('KEYS', 'gs:*' .. tag .. '*')) do
  if wanted(name) then
    local kind = redis.call('TYPE', name).ok
    if READ[kind] then
      found[#found + 1] =
        cmsgpack.pack({ name, kind, redis.call('PEXPIRETIME', name), READ[kind](name) })
    elseif kind ~= 'none' then
      return redis.error_reply('ERR ' .. name .. ' is a ' .. kind)
    end
  end
end

local function fields_of(reply)
  local fields = {}
  for i = 1, #reply, 2 do fields[reply[i]] = reply[i + 1] end
  return fields
end

local entries, state = '', ''
if redis.call('EXISTS', stream) == 1 then
  local after = ARGV[3] == '-' and '-' or '(' .. ARGV[3]
  entries = cmsgpack.pack(redis.call('XRANGE', stream, after, '+'))
  local groups = {}
  for n, reply in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local group = fields_of(reply)
    local pending = {}
    if group['pending'] > 0 then
      local rows = redis.call('XPENDING', stream, group['name'], '-', '+', group['pending'])
      for i, row in ipairs(rows) do pending[i] = { row[1], row[2], row[4] } end
    end
    groups[n] = { group['name'], group['last-delivered-id'], group['entries-read'] or false, pending }
  end
  local info = fields_of(redis.call('XINFO', 'STREAM', stream))
  state =
    cmsgpack.pack({ info['last-generated-id'], info['entries-added'], info['max-deleted-entry-id'], groups })
end

local time = redis.call('TIME')
return { time[1] * 1000 + math.floor(time[2] / 1000), found, entries, state }
