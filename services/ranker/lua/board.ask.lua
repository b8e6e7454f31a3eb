-- board.ask: what a key holds for some ids, asked and answered in one msgpack string.
--
-- KEYS  1  a sorted set, or a hash of numbers
-- ARGV  1  ZMSCORE or HMGET   2  msgpack of {id, ...}, at most a thousand
-- Effects  none.
-- Returns  msgpack of {value, ...}, false for an id without a number.
-- Cost     O(ids), about 0.6 ms a thousand.
local row = redis.call(ARGV[1], KEYS[1], unpack(cmsgpack.unpack(ARGV[2])))
for i = 1, #row do row[i] = row[i] and tonumber(row[i]) or false end
return cmsgpack.pack(row)
