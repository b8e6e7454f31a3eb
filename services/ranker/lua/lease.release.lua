-- lease.release: let go of a lease, if it is still ours.
--
-- KEYS  1  gs:lease:NAME
-- ARGV  1  who we are
-- Effects  DEL when the lease is ours.
-- Returns  1 when it was, else 0.
-- Cost     O(1).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
