-- Take views of one article out of one partition again, once for each request.
--
-- KEYS[1] gs:total:{p}               hash    `corrected` grows by what is taken
-- KEYS[2] gs:count:{p}:SITE          hash    id -> views
-- KEYS[3] gs:correction:{p}:REQUEST  string  what this request took here
-- KEYS[4..3+n]   gs:board:{p}:SITE:H  zset  id -> score, one for each of n half-lives
-- KEYS[4+n..]    gs:hour:{p}:SITE:*   zset  id -> views: all hours of which a board may still hold a view
-- and then       gs:day:{p}:SITE:*    zset  id -> views: the days in which views are taken
--
-- ARGV[1] id  ARGV[2] what was asked, in one word that only the same request has  ARGV[3] seconds it is kept
-- ARGV[4] msgpack of a map
--           half_lives  { seconds, floor score } of each board
--           hours       { its first Unix second, views to take } of each hour
--           days        views to take of each day
--
-- Effects: all of it, or nothing. What reaches 0 is removed; no time to live of boards, hours and days changes.
-- A score becomes that of the views that stay. Those are worth what their hours say, spread evenly over each,
-- within what taking the others out can leave: they came at the end of their hours, or at the beginning.
-- Where they weigh less than 1, all are taken to weigh alike.
-- Returns {'taken', views}, {'noted', asked, views} with what was taken before, {'less'} when an hour has
-- fewer views than are to be taken, or {'odd', key} when that is so of a day or the count.
-- Cost: O(keys * log(articles)); 200 hours make it about a millisecond.

local plan = cmsgpack.unpack(ARGV[4])
local id = ARGV[1]
local first_hour = 4 + #plan.half_lives
local first_day = first_hour + #plan.hours

local function kind_of(i)
  return i <= 2 and 'hash' or i == 3 and 'string' or 'zset'
end
for i, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= kind_of(i) then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found)
  end
end

local noted = redis.call('GET', KEYS[3])
if noted then
  local views, asked = string.match(noted, '^(%d+) (.*)$')
  return {'noted', asked or '', tonumber(views or 0)}
end

local had, taken = {}, 0
for i, hour in ipairs(plan.hours) do
  had[i] = tonumber(redis.call('ZSCORE', KEYS[first_hour + i - 1], id) or 0)
  if had[i] < hour[2] then
    return {'less'}
  end
  taken = taken + hour[2]
end
for i, views in ipairs(plan.days) do
  local key = KEYS[first_day + i - 1]
  if tonumber(redis.call('ZSCORE', key, id) or 0) < views then
    return {'odd', key}
  end
end
local count = tonumber(redis.call('HGET', KEYS[2], id) or 0)
if not count or count < taken then
  return {'odd', KEYS[2]}
end

-- What stays of each score, in units of the score, so that no power is large.
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local LOG2 = math.log(2)
local scores = {}
for i, half_life in ipairs(plan.half_lives) do
  local H, floor = half_life[1], half_life[2]
  local score = tonumber(redis.call('ZSCORE', KEYS[3 + i], id) or nil)
  if score and taken > 0 then
    local stay, least, least_taken, most_taken = 0, 0, 0, 0
    for h, hour in ipairs(plan.hours) do
      if had[h] > 0 then
        local begins, ends = hour[1], math.min(hour[1] + 3600, math.max(now, hour[1] + 1))
        local early, late = 2 ^ ((begins - score) / H), 2 ^ ((ends - score) / H)
        local even = (late - early) * H / LOG2 / (ends - begins)
        stay = stay + (had[h] - hour[2]) * even
        least = least + had[h] * early
        least_taken = least_taken + hour[2] * early
        most_taken = most_taken + hour[2] * late
      end
    end
    local scale = math.min(1, 1 / least)
    local left = math.max(0, 1 - most_taken * scale, math.min(stay * scale, 1 - least_taken * scale))
    local fresh = left > 0 and score + H * math.log(left) / LOG2
    scores[i] = fresh and fresh >= floor and string.format('%.17g', fresh) or false
  end
end

local function take(key, views)
  if views > 0 and tonumber(redis.call('ZINCRBY', key, -views, id)) <= 0 then
    redis.call('ZREM', key, id)
  end
end
for i, hour in ipairs(plan.hours) do
  take(KEYS[first_hour + i - 1], hour[2])
end
for i, views in ipairs(plan.days) do
  take(KEYS[first_day + i - 1], views)
end
for i in ipairs(plan.half_lives) do
  if scores[i] then
    redis.call('ZADD', KEYS[3 + i], scores[i], id)
  elseif scores[i] == false then
    redis.call('ZREM', KEYS[3 + i], id)
  end
end
if taken > 0 then
  if redis.call('HINCRBY', KEYS[2], id, -taken) == 0 then
    redis.call('HDEL', KEYS[2], id)
  end
  redis.call('HINCRBY', KEYS[1], 'corrected', taken)
end
redis.call('SET', KEYS[3], string.format('%.0f %s', taken, ARGV[2]), 'EX', ARGV[3])
return {'taken', taken}
