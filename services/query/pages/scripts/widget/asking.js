// When the service is asked: while somebody looks, and less often while it does not answer.

const kicks = new Set,

  now = () => performance.now(),

  get = async (u, ms) => {
    u = await fetch(u, {credentials: "omit", priority: "low", signal: AbortSignal.timeout(ms)});
    if (!u.ok) throw u;
    return u.text()
  },

  // Asks every half minute while `awake` says so, and ever less often while it fails. Returns what is called when
  // that may have changed; it is told of more when there is something that nobody has asked for, and `sleep` tells
  // whether there will be when it wakes.
  loop = (ask, awake, sleep) => {
    let timer, busy, fresh, due = 0, fails = 0;
    const kick = more => {
      clearTimeout(timer);
      fresh ||= more;
      if (d.hidden || !awake()) fresh ||= sleep?.();
      // What comes near in one moment is asked for together.
      else if (!busy) timer = setTimeout(run, fresh && !fails ? 50 : due - now())
    },
    run = async () => {
      busy = 1;
      fresh = 0;
      try {
        // A slow line gets more time with each try.
        await ask(3e3 << Math.min(fails, 3));
        fails = 0
      } catch {
        fails++
      }
      busy = 0;
      due = now() + Math.min(3e5, fails ? 8e3 * 2 ** fails : 3e4) * (.8 + .4 * Math.random());
      kick()
    };
    kicks.add(kick);
    return kick
  };

d.addEventListener("visibilitychange", () => kicks.forEach(f => f()));
