-- Move everything one partition counted under one id to another id. What cannot be told apart adds up.
--
-- KEYS[1] gs:count:{p}:SITE    hash  id -> views
-- KEYS[2] gs:readers:{p}:SITE  hash  id -> reader-days
-- KEYS[3..2+n] gs:board:{p}:SITE:H  zset  id -> score, one for each of n half-lives
-- KEYS[3+n..] gs:hour:{p}:SITE:* and gs:day:{p}:SITE:*  zset  id -> views
--
-- ARGV[1] old id  ARGV[2] new id  ARGV[3..2+n] the half-lives of the boards in seconds
--
-- Effects: all of it, or nothing. No time to live changes. A second time nothing is left to move.
-- Returns {views, reader-days} moved.
-- Cost: O(keys * log(articles)); some 600 keys for 400 days make it a millisecond or two.

local old, new = ARGV[1], ARGV[2]
if old == new then
  return {0, 0}
end

for i, key in ipairs(KEYS) do
  local kind = i <= 2 and 'hash' or 'zset'
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= kind then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found)
  end
end
for i = 1, 2 do
  for _, number in ipairs(redis.call('HMGET', KEYS[i], old, new)) do
    if number and not string.match(number, '^%-?%d+$') then
      return redis.error_reply('ERR ' .. KEYS[i] .. ' holds what is no number')
    end
  end
end

-- Everywhere the new one first: a sorted set that loses its last member is gone, and its time to live with it.
local moved = {0, 0}
for i = 1, 2 do
  local number = redis.call('HGET', KEYS[i], old)
  if number then
    redis.call('HINCRBY', KEYS[i], new, number)
    redis.call('HDEL', KEYS[i], old)
    moved[i] = tonumber(number)
  end
end
for i = 3, #KEYS do
  local score = redis.call('ZSCORE', KEYS[i], old)
  if score then
    local half_life = ARGV[i] and tonumber(ARGV[i]) -- none for the hours and days
    if half_life then
      local other = redis.call('ZSCORE', KEYS[i], new)
      if other then
        local low, high = tonumber(score), tonumber(other)
        if low > high then
          low, high = high, low
        end
        -- The addition of shared/decay.py, from the higher score.
        local sum = high + half_life * math.log(1 + 2 ^ ((low - high) / half_life)) / math.log(2)
        score = string.format('%.17g', sum)
      end
      redis.call('ZADD', KEYS[i], score, new)
    else
      redis.call('ZINCRBY', KEYS[i], score, new)
    end
    redis.call('ZREM', KEYS[i], old)
  end
end
return moved
