-- The state of one partition at one moment, for the equation of shared/ledger.py.
--
-- KEYS     gs:total:{p}, gs:views:{p}, then gs:count:{p}:SITE of every site
-- ARGV     the consumer group
-- returns  {the hash of totals, flat}, {pending entry ids}, where the undelivered entries begin,
--          the id of the first of them, the newest id, the sum of the counts
-- effects  none
-- cost     O(fields of the count hashes + pending entries); the entries themselves are not read
local total, stream = KEYS[1], KEYS[2]
local group = ARGV[1]

local counts = 0
for i = 3, #KEYS do
  for _, views in ipairs(redis.call('HVALS', KEYS[i])) do
    counts = counts + tonumber(views)
  end
end

local delivered, pending = '0-0', {}
if redis.call('EXISTS', stream) == 1 then
  for _, row in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local field = {}
    for i = 1, #row, 2 do
      field[row[i]] = row[i + 1]
    end
    if field['name'] == group then
      delivered = field['last-delivered-id']
      if field['pending'] > 0 then
        for _, waiting in ipairs(redis.call('XPENDING', stream, group, '-', '+', field['pending'])) do
          pending[#pending + 1] = waiting[1]
        end
      end
    end
  end
end

local first = redis.call('XRANGE', stream, '(' .. delivered, '+', 'COUNT', 1)[1]
local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
return {
  redis.call('HGETALL', total),
  pending,
  delivered,
  first and first[1] or '',
  newest and newest[1] or delivered,
  string.format('%.17g', counts),
}
