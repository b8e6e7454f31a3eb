-- board.commit: entries become counts and scores, once.
--
-- The acknowledgement is the increment: an entry whose XACK answers 1 is
-- counted here and now, any other is somebody else's. Lua does not roll back,
-- so everything that can fail is read before the first write.
--
-- KEYS  1      the stream
--       2 ..   hashes: total, then counts, reader-days, window headers and budgets
--       then   sorted sets: boards, hours, days
--       then   sets: buckets of what was seen
-- ARGV  1  group
--       2  msgpack of a map. Keys count from 1 within their kind. A slot is one member of one set, a
--          cell the views of one article in one hour (or day); both and the articles count from 1.
--            hashes, zsets  how many keys of each kind; the rest are sets
--            windows        { header hash, buckets, seconds to live or 0 if it is only asked }
--            set_windows    window of each set
--            set_sizes      members to look for in each set
--            members        all of them, set after set; a slot is a place in this list
--            entries        { stream id, slot, first view, last view, whether it is an import }
--            sites          { count hash, readers hash, { board zset of each half-life },
--                           ids, their articles }
--            strangers      { count hash, budget hash, ids a second, ids at once, most articles,
--                           ids, their articles } of each site with articles that nobody knows
--            now            Unix seconds
--            hours, days    { zset, ids, their cells }
--            cell_articles  article of each cell of an hour
--            cell_days      cell of a day that it is part of
--            cells, moments of each view
--            weights        view -> weight, of those that do not weigh 1
--            slots          of each view, 0 or no list for none: visitor (with the article in the
--                           window), reader (in the day), event, before (the event in the day before)
--            half_lives     { seconds, floor score }
--            lifetimes      { seconds of an hour zset, of a day zset }
--
-- Effects  XACK, XDEL; counts, reader-days, boards, hours, days, seen sets, budgets, totals. Of a
--          stranger whose site has no budget left nothing is kept but `refused` of the totals.
-- Returns  { counted, duplicates by visitor, by event, repeated entries, repeated views, entries of
--            others, { views refused for the budget, for the most articles } of each of `strangers` }
-- Errors   WRONGTYPE, or WINDOW when a window has another number of buckets; nothing is written then.
-- Cost     O(views + articles log board); three calls a touched bucket, few a site.

local plan = cmsgpack.unpack(ARGV[2])
local hash_at = 1
local zset_at = hash_at + plan.hashes
local set_at = zset_at + plan.zsets
local CHUNK = 500 -- pairs: unpack takes at most 1,000 values at a time
local log, min, max, LOG2 = math.log, math.min, math.max, math.log(2)

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

for _, window in ipairs(plan.windows) do
  local header, planned, lifetime = KEYS[hash_at + window[1]], window[2], window[3]
  local buckets = tonumber(redis.call('HGET', header, 'buckets') or 0)
  local begins = buckets == 0 and lifetime > 0
  if buckets ~= planned and not begins then
    return redis.error_reply('WINDOW ' .. header .. ' has ' .. buckets .. ' buckets')
  end
end

local NEW, SEEN, FRESH = 0, 1, 2 -- not seen, seen before, seen first in this commit
local members, set_sizes = plan.members, plan.set_sizes
local slots, asked = {}, 0
for set = 1, #set_sizes do
  local last = asked + set_sizes[set]
  for start = asked + 1, last, 2 * CHUNK do
    local stop = min(start + 2 * CHUNK - 1, last)
    local answers = redis.call('SMISMEMBER', KEYS[set_at + set], unpack(members, start, stop))
    for i = 1, stop - start + 1 do slots[start + i - 1] = answers[i] end
  end
  asked = last
end

-- The budget of each stranger that is one still; a counter asks a moment before, and others count meanwhile.
local budgets, budget_of = {}, {}
for n, strangers in ipairs(plan.strangers) do
  local count, key = KEYS[hash_at + strangers[1]], KEYS[hash_at + strangers[2]]
  local rate, burst, most, ids, articles = unpack(strangers, 3, 7)
  local kept = redis.call('HMGET', key, 'left', 'at')
  local left, at = tonumber(kept[1] or '') or burst, tonumber(kept[2] or '') or plan.now
  local now, room = max(plan.now, at), most - redis.call('HLEN', count)
  local filled = min(burst, left + rate * (now - at))
  budgets[n] = { key = key, left = filled, at = now, room = room, refused = { 0, 0 } }
  for start = 1, #ids, 2 * CHUNK do
    local stop = min(start + 2 * CHUNK - 1, #ids)
    local counts = redis.call('HMGET', count, unpack(ids, start, stop))
    for i = start, stop do
      if not counts[i - start + 1] then budget_of[articles[i]] = budgets[n] end
    end
  end
end

-- 2. Whose the entries are, and which of their views are new.
local cells, moments, weights = plan.cells, plan.moments, plan.weights
local visitors, readers = plan.slots.visitor, plan.slots.reader
local events, befores = plan.slots.event, plan.slots.before
local cell_articles, cell_days = plan.cell_articles, plan.cell_days
local counted, by_visitor, by_event, repeated_entries, repeated_views, others = 0, 0, 0, 0, 0, 0
local new_views, cell_views, article_readers = {}, {}, {}

local function unseen(slot)
  if slots[slot] ~= NEW then return false end
  slots[slot] = FRESH
  return true
end

-- Take an article into the site, or return false where its budget allows no more.
local function let_in(article, imported)
  local budget = budget_of[article]
  if not imported then
    local reason = budget.room < 1 and 2 or budget.left < 1 and 1
    if reason then
      budget.refused[reason] = budget.refused[reason] + 1
      return false
    end
    budget.left, budget.spent = budget.left - 1, true
  end
  budget.room = budget.room - 1
  budget_of[article] = nil
  return true
end

local function count_view(i, imported)
  local event, before = events[i] or 0, befores[i] or 0
  local reader, visitor = readers[i] or 0, visitors[i] or 0
  if event > 0 and (slots[event] ~= NEW or (before > 0 and slots[before] ~= NEW)) then
    by_event = by_event + 1
    return
  end
  local cell = cells[i]
  local article = cell_articles[cell]
  -- Before anything of it is marked as seen.
  if budget_of[article] and not let_in(article, imported) then return end
  if event > 0 then slots[event] = FRESH end
  if reader > 0 and unseen(reader) then
    article_readers[article] = (article_readers[article] or 0) + 1
  end
  if visitor > 0 and not unseen(visitor) then
    by_visitor = by_visitor + 1
    return
  end
  counted = counted + 1
  new_views[counted] = i
  cell_views[cell] = (cell_views[cell] or 0) + 1
end

for _, entry in ipairs(plan.entries) do
  local ours = redis.call('XACK', KEYS[1], ARGV[1], entry[1]) == 1
  -- Left on the stream, a group that is lost and made again would deliver it once more.
  if ours then redis.call('XDEL', KEYS[1], entry[1]) end
  if not ours then
    others = others + 1
  elseif not unseen(entry[2]) then
    repeated_entries = repeated_entries + 1
    repeated_views = repeated_views + entry[4] - entry[3] + 1
  else
    for i = entry[3], entry[4] do count_view(i, entry[5]) end
  end
end

-- 3. What was seen is remembered.
local added, before_set = {}, 0
for set = 1, #set_sizes do
  -- The fresh members of a set move together, to where its members begin.
  local fresh = before_set
  for slot = before_set + 1, before_set + set_sizes[set] do
    if slots[slot] == FRESH then
      fresh = fresh + 1
      members[fresh] = members[slot]
    end
  end
  if fresh > before_set then
    local key, window = KEYS[set_at + set], plan.set_windows[set]
    for start = before_set + 1, fresh, 2 * CHUNK do
      redis.call('SADD', key, unpack(members, start, min(start + 2 * CHUNK - 1, fresh)))
    end
    redis.call('EXPIRE', key, plan.windows[window][3], 'NX')
    added[window] = (added[window] or 0) + fresh - before_set
  end
  before_set = before_set + set_sizes[set]
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

-- Renew the values of `ids` by what `news` has under their `numbers`; return whether there was any.
local function update(key, read, write, ids, numbers, news, renew)
  local names, values, count = {}, {}, 0
  for i = 1, #numbers do
    local new = news[numbers[i]]
    if new then
      count = count + 1
      names[count], values[count] = ids[i], new
    end
  end
  -- A hash takes field before value, a sorted set score before member.
  local name_at = write == 'HSET' and 1 or 2
  for start = 1, count, CHUNK do
    local stop = min(start + CHUNK - 1, count)
    local old = redis.call(read, key, unpack(names, start, stop))
    local arguments = {}
    for i = start, stop do
      local at = 2 * (i - start)
      local before = old[i - start + 1]
      arguments[at + name_at] = names[i]
      arguments[at + 3 - name_at] = renew(before and tonumber(before), values[i])
    end
    redis.call(write, key, unpack(arguments, 1, 2 * (stop - start + 1)))
  end
  return count > 0
end

local function plus(old, new) return (old or 0) + new end

local article_views, day_views = {}, {}
for cell, views in pairs(cell_views) do
  local article, day = cell_articles[cell], cell_days[cell]
  article_views[article] = (article_views[article] or 0) + views
  day_views[day] = (day_views[day] or 0) + views
end
local function add_spans(spans, views, lifetime)
  for _, span in ipairs(spans) do
    local key = KEYS[zset_at + span[1]]
    if update(key, 'ZMSCORE', 'ZADD', span[2], span[3], views, plus) then
      redis.call('EXPIRE', key, lifetime)
    end
  end
end
add_spans(plan.hours, cell_views, plan.lifetimes[1])
add_spans(plan.days, day_views, plan.lifetimes[2])
for _, site in ipairs(plan.sites) do
  update(KEYS[hash_at + site[1]], 'HMGET', 'HSET', site[4], site[5], article_views, plus)
  update(KEYS[hash_at + site[2]], 'HMGET', 'HSET', site[4], site[5], article_readers, plus)
end

for h, half_life in ipairs(plan.half_lives) do
  local H, floor = half_life[1], half_life[2]
  -- Of each article its highest score, and its views in units of that one: from a later moment
  -- old views underflow to -inf.
  local highs, sums = {}, {}
  for n = 1, counted do
    local i = new_views[n]
    local article, score, weight = cell_articles[cells[i]], moments[i], weights[i]
    if weight then score = score + H * (log(weight) / LOG2) end
    if score >= floor then
      local high = highs[article]
      if not high then
        highs[article], sums[article] = score, 1
      elseif score > high then
        highs[article], sums[article] = score, sums[article] * 2 ^ ((high - score) / H) + 1
      else
        sums[article] = sums[article] + 2 ^ ((score - high) / H)
      end
    end
  end
  for article, high in pairs(highs) do highs[article] = high + H * (log(sums[article]) / LOG2) end
  local function add(one, other)
    if not one then return other end
    -- Written from the higher score, so the power is at most 1.
    local high, low = one, other
    if low > high then high, low = low, high end
    return high + H * (log(1 + 2 ^ ((low - high) / H)) / LOG2)
  end
  for _, site in ipairs(plan.sites) do
    update(KEYS[zset_at + site[3][h]], 'ZMSCORE', 'ZADD', site[4], site[5], highs, add)
  end
end

-- 5. The budgets, and the books.
local refused, refusals = 0, {}
for n, budget in ipairs(budgets) do
  if budget.spent then redis.call('HSET', budget.key, 'left', budget.left, 'at', budget.at) end
  refusals[n] = budget.refused
  refused = refused + budget.refused[1] + budget.refused[2]
end
local books = { counted = counted, duplicates = by_visitor + by_event, refused = refused }
books.repeated = repeated_views
for field, views in pairs(books) do
  if views > 0 then redis.call('HINCRBY', KEYS[2], field, views) end
end

return { counted, by_visitor, by_event, repeated_entries, repeated_views, others, refusals }
