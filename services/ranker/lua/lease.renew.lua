-- lease.renew: hold a lease a little longer, if it is still ours.
--
-- KEYS  1  gs:lease:NAME
-- ARGV  1  who we are   2  for how many milliseconds
-- Effects  PEXPIRE when the lease is ours.
-- Returns  1 when it is, else 0.
-- Cost     O(1).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
