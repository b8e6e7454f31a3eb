-- Set starting totals: what articles had been read before they were counted here.
--
-- KEYS     gs:starting:{0}:SITE, gs:count:{0}:SITE, gs:total:{0}
-- ARGV     for each article: the id it is listed by, the id it is counted under, its views
-- returns  {articles whose starting total changed, by how many views in all}
-- effects  a count moves by the difference to the starting total set before, so setting the same
--          numbers again changes nothing, and a corrected one corrects; `starting` of the totals moves along
-- cost     O(articles)
local starting, count, total = KEYS[1], KEYS[2], KEYS[3]

-- Nothing is undone after an error, so every key is looked at before the first write.
for _, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key)['ok']
  if kind ~= 'none' and kind ~= 'hash' then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. kind)
  end
end

local changed, moved = 0, 0
for i = 1, #ARGV, 3 do
  local listed, article, views = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local difference = views - tonumber(redis.call('HGET', starting, listed) or 0)
  if difference ~= 0 then
    redis.call('HSET', starting, listed, string.format('%.17g', views))
    redis.call('HINCRBY', count, article, string.format('%.17g', difference))
    changed = changed + 1
    moved = moved + difference
  end
end
if moved ~= 0 then
  redis.call('HINCRBY', total, 'starting', string.format('%.17g', moved))
end
return {changed, string.format('%.17g', moved)}
