-- hour.sum: the views of all articles of an hour board.
-- Not by looking at every article: most of them share their number with many others, so each number that
-- occurs is taken once, times how often it does. 100,000 articles with 3 million views in 880 different
-- numbers took 5 ms, reading them all 150 ms.
--
-- KEYS  1  gs:hour:{p}:SITE:YYYYMMDDHH
-- Effects  none.
-- Returns  views, as text.
-- Cost     O(different numbers * log(articles)), about 5 us a number; of V views there are at most sqrt(2 V).
local views, above = 0, '-inf'
while true do
  local next = redis.call('ZRANGE', KEYS[1], above, '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
  if #next == 0 then return string.format('%.17g', views) end
  views = views + tonumber(next[2]) * redis.call('ZCOUNT', KEYS[1], next[2], next[2])
  above = '(' .. next[2]
end
