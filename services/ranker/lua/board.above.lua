-- board.above: the members of a board from some score on, as one msgpack string.
--
-- KEYS  1  a sorted set
-- ARGV  1  the lowest score   2  at most how many
-- Effects  none.
-- Returns  msgpack of {id, value, id, value, ...}, the highest first; of false when there are more.
-- Cost     O(log(members) + how many), about 0.6 ms a thousand.
if redis.call('ZCOUNT', KEYS[1], ARGV[1], '+inf') > tonumber(ARGV[2]) then return cmsgpack.pack(false) end
local row = redis.call('ZRANGE', KEYS[1], '+inf', ARGV[1], 'BYSCORE', 'REV', 'WITHSCORES')
for i = 2, #row, 2 do row[i] = tonumber(row[i]) end
return cmsgpack.pack(row)
