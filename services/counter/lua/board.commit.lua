-- board.commit: entries become counts and scores, once.
--
-- The acknowledgement is the increment: an entry whose XACK answers 1 is
-- counted here and now, any other is somebody else's. Lua does not roll back,
-- so everything that can fail is read before the first write.
--
-- KEYS  1      the stream
--       2 ..   hashes: total, then counts, reader-days and window headers
--       then   sorted sets: boards, hours, days
--       then   sets: buckets of what was seen
-- ARGV  1  group
--       2  msgpack of a map; key indices count from 1 within their kind, and 0 stands for none:
--            hashes, zsets  how many keys of each kind; the rest are sets
--            windows        { header hash, buckets, seconds to live }, of those written
--            asked          { header hash, buckets or 0 }, of those only asked
--            set_windows    window of each set, 0 for one only asked
--            set_members    members to look for in each set
--            entries        { stream id, seen set, member, first view, last view }
--            sites          { count hash, readers hash, board zset of each half-life }
--            articles       { id, site }
--            cells          { article, hour zset, day zset }
--            views          one array a column: cell, moment, weight, member (of visitor and
--                           article), visitor_set, reader_set, event_member, event_set and
--                           before_set, the event's in the window before
--            half_lives     { seconds, floor score }
--            lifetimes      { seconds of an hour zset, of a day zset }
--
-- Effects  XACK; counts, reader-days, boards, hours, days, seen sets, totals.
-- Returns  { counted, duplicates by visitor, by event, repeated entries, repeated views,
--            entries of others }
-- Errors   WRONGTYPE, or WINDOW when a window has another number of buckets; nothing is written then.
-- Cost     O(views + articles log board); three calls a touched bucket, few a site.

local plan = cmsgpack.unpack(ARGV[2])
local hash_at = 1
local zset_at = hash_at + plan.hashes
local set_at = zset_at + plan.zsets
local CHUNK = 500 -- pairs: unpack takes at most 1,000 values at a time
local LOG2 = math.log(2)

-- 1. Everything that can fail.
local function demand(first, last, wanted)
  for i = first, last do
    local found = redis.call('TYPE', KEYS[i]).ok
    if found ~= wanted and found ~= 'none' then
      return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is a ' .. found .. ', not a ' .. wanted)
    end
  end
end
local bad = demand(1, 1, 'stream')
  or demand(hash_at + 1, zset_at, 'hash')
  or demand(zset_at + 1, set_at, 'zset')
if bad then return bad end

local function other_buckets(header, expected)
  local fixed = tonumber(redis.call('HGET', header, 'buckets') or 0)
  if fixed ~= expected then
    return redis.error_reply('WINDOW ' .. header .. ' has ' .. fixed .. ' buckets')
  end
end
for _, window in ipairs(plan.windows) do
  local header = KEYS[hash_at + window[1]]
  bad = redis.call('EXISTS', header) == 1 and other_buckets(header, window[2])
  if bad then return bad end
end
for _, window in ipairs(plan.asked) do
  bad = other_buckets(KEYS[hash_at + window[1]], window[2])
  if bad then return bad end
end

local seen = {} -- of each set: member -> whether it was seen, before this commit or in it
for set, members in ipairs(plan.set_members) do
  local known = {}
  for start = 1, #members, 2 * CHUNK do
    local stop = math.min(start + 2 * CHUNK - 1, #members)
    local answers = redis.call('SMISMEMBER', KEYS[set_at + set], unpack(members, start, stop))
    for i, answer in ipairs(answers) do known[members[start + i - 1]] = answer == 1 end
  end
  seen[set] = known
end

-- 2. Whose the entries are, and which of their views are new.
local fresh = {} -- of each set: the members to add
local function unseen(set, member)
  local known = seen[set]
  if known[member] then return false end
  known[member] = true
  local adding = fresh[set]
  if not adding then
    adding = {}
    fresh[set] = adding
  end
  adding[#adding + 1] = member
  return true
end

local v = plan.views
local v_cell, v_member = v.cell, v.member
local v_visitor_set, v_reader_set = v.visitor_set, v.reader_set
local v_event_set, v_event_member, v_before_set = v.event_set, v.event_member, v.before_set
local cells = plan.cells
local counted, by_visitor, by_event, repeated_entries, repeated_views, others = 0, 0, 0, 0, 0, 0
local cell_views, article_views, article_readers = {}, {}, {}

local function count_view(i)
  local event_set = v_event_set[i]
  if event_set > 0 then
    local before = v_before_set[i]
    if (before > 0 and seen[before][v_event_member[i]]) or not unseen(event_set, v_event_member[i]) then
      by_event = by_event + 1
      return
    end
  end
  local cell = v_cell[i]
  local article = cells[cell][1]
  if v_reader_set[i] > 0 and unseen(v_reader_set[i], v_member[i]) then
    article_readers[article] = (article_readers[article] or 0) + 1
  end
  if v_visitor_set[i] > 0 and not unseen(v_visitor_set[i], v_member[i]) then
    by_visitor = by_visitor + 1
    return
  end
  counted = counted + 1
  cell_views[cell] = (cell_views[cell] or 0) + 1
  local views = article_views[article]
  if not views then
    views = {}
    article_views[article] = views
  end
  views[#views + 1] = i
end

for _, entry in ipairs(plan.entries) do
  if redis.call('XACK', KEYS[1], ARGV[1], entry[1]) == 0 then
    others = others + 1
  elseif not unseen(entry[2], entry[3]) then
    repeated_entries = repeated_entries + 1
    repeated_views = repeated_views + entry[5] - entry[4] + 1
  else
    for i = entry[4], entry[5] do count_view(i) end
  end
end

-- 3. What was seen is remembered.
local added = {}
for set, members in pairs(fresh) do
  local key, window = KEYS[set_at + set], plan.set_windows[set]
  for start = 1, #members, 2 * CHUNK do
    redis.call('SADD', key, unpack(members, start, math.min(start + 2 * CHUNK - 1, #members)))
  end
  redis.call('EXPIRE', key, plan.windows[window][3], 'NX')
  added[window] = (added[window] or 0) + #members
end
for window, members in pairs(added) do
  local header = KEYS[hash_at + plan.windows[window][1]]
  redis.call('HSET', header, 'buckets', plan.windows[window][2])
  redis.call('HINCRBY', header, 'members', members)
  redis.call('EXPIRE', header, plan.windows[window][3], 'NX')
end

-- 4. Counts and scores: of each key the old values in one read, the new ones in one write.
-- A number handed to redis.call is written with all its 17 digits; only tostring and returned
-- numbers lose some.
local function update(key, read, write, new_of, renew)
  local ids = {}
  for id in pairs(new_of) do ids[#ids + 1] = id end
  for start = 1, #ids, CHUNK do
    local stop = math.min(start + CHUNK - 1, #ids)
    local old = redis.call(read, key, unpack(ids, start, stop))
    local arguments = {}
    for i = start, stop do
      local id, at = ids[i], 2 * (i - start)
      local before = old[i - start + 1]
      local value = renew(before and tonumber(before), new_of[id])
      -- A hash takes field before value, a sorted set score before member.
      arguments[at + 1] = write == 'HSET' and id or value
      arguments[at + 2] = write == 'HSET' and value or id
    end
    redis.call(write, key, unpack(arguments, 1, 2 * (stop - start + 1)))
  end
end

local function plus(old, new) return (old or 0) + new end

local function into(of, key, id, views)
  local values = of[key]
  if not values then
    values = {}
    of[key] = values
  end
  values[id] = (values[id] or 0) + views
end

local counts, buckets, lifetimes = {}, {}, {}
for article, views in pairs(article_views) do
  local a = plan.articles[article]
  into(counts, KEYS[hash_at + plan.sites[a[2]][1]], a[1], #views)
end
for article, readers in pairs(article_readers) do
  local a = plan.articles[article]
  into(counts, KEYS[hash_at + plan.sites[a[2]][2]], a[1], readers)
end
for key, values in pairs(counts) do update(key, 'HMGET', 'HSET', values, plus) end

for cell, views in pairs(cell_views) do
  local c = cells[cell]
  local id = plan.articles[c[1]][1]
  for n = 1, 2 do
    local key = KEYS[zset_at + c[1 + n]]
    into(buckets, key, id, views)
    lifetimes[key] = plan.lifetimes[n]
  end
end
for key, values in pairs(buckets) do
  update(key, 'ZMSCORE', 'ZADD', values, plus)
  redis.call('EXPIRE', key, lifetimes[key])
end

local log, max, min = math.log, math.max, math.min
local v_moment, v_weight = v.moment, v.weight
for h, half_life in ipairs(plan.half_lives) do
  local H, floor = half_life[1], half_life[2]
  local function add(one, other)
    if not one then return other end
    -- Written from the higher score, so the power is at most 1.
    local high, low = max(one, other), min(one, other)
    return high + H * (log(1 + 2 ^ ((low - high) / H)) / LOG2)
  end
  local boards = {}
  for article, views in pairs(article_views) do
    -- From the article's own highest score: from a later moment old views underflow to -inf.
    local high, sum = nil, 0
    for _, i in ipairs(views) do
      local score, weight = v_moment[i], v_weight[i]
      if weight ~= 1 then score = score + H * (log(weight) / LOG2) end
      if score >= floor then
        if not high then
          high, sum = score, 1
        elseif score > high then
          high, sum = score, sum * 2 ^ ((high - score) / H) + 1
        else
          sum = sum + 2 ^ ((score - high) / H)
        end
      end
    end
    if high then
      local a = plan.articles[article]
      local board = KEYS[zset_at + plan.sites[a[2]][2 + h]]
      local scores = boards[board]
      if not scores then
        scores = {}
        boards[board] = scores
      end
      scores[a[1]] = high + H * (log(sum) / LOG2)
    end
  end
  for board, scores in pairs(boards) do update(board, 'ZMSCORE', 'ZADD', scores, add) end
end

-- 5. The books.
local function book(field, views)
  if views > 0 then redis.call('HINCRBY', KEYS[2], field, views) end
end
book('counted', counted)
book('duplicates', by_visitor + by_event)
book('repeated', repeated_views)

return { counted, by_visitor, by_event, repeated_entries, repeated_views, others }
