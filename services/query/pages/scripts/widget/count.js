// <view-count>: the number beside a headline. It never falls, and it is never 0.

const groups = new Map,

  // The counts of a site, which travel together. m one of them, all those that want an id, parts the requests.
  group = e => {
    const u = at(e, "counts") + "&ids=";
    if (!groups.has(u)) {
      const members = new Set;
      groups.set(u, {
        members,
        kick: loop(async ms => {
          const all = new Map, parts = [], time = now();
          let size = 0;
          members.forEach(m => {
            // One that cannot be an id would have all others refused.
            const [id] = m.near && !(time - m.asked < 2e4)
              && /^[^\0-\x1f\x7f-\x9f\ud800-\udfff]{1,4096}$/u.exec(m.id()) || [];
            if (!id || all.get(id)?.push(m)) return;
            all.set(id, [m]);
            if (!size || size > 6e3 || parts[0].length > 199) size = parts.unshift([]);
            size += code(id).length;
            parts[0].push(code(id))
          });
          await Promise.all(parts.map(async ids => Object.entries(JSON.parse(await get(u + ids.join(), ms)).counts)
            .forEach(([id, n]) => all.get(id)?.forEach(m => m.show(id, n, m.asked = time)))))
        }, () => [...members].some(m => m.near))
      })
    }
    return groups.get(u)
  };

define("view-count", (e, root) => {
  let mine, first, shown;
  const value = tag("span", ""), unit = tag("span", "unit v"), box = tag("span", "count", tag("slot", "")),
    me = {
      id: () => attr(e, "article")?.trim()
        || (web(d.querySelector("link[rel~=canonical]")?.href) || location).pathname.replace(/\/+$/, "") || "/",

      show(id, n) {
        // What the server wrote is the least there is.
        const written = id == (first ||= id)
          && /^\s*(\d+([.,'\u2019\s]\d{2,3})*)(\s|$)/.exec(e.textContent)?.[1].replace(/\D/g, "");
        if (n = climb(e, id, Math.max(n, written || 0))) {
          put(value, num(e, n));
          put(unit, " " + say(e, attr(e, "label") ?? "one:view|views", n));
          if (shown != id) box.replaceChildren(value, unit);
          shown = id
        }
      }
    };
  root.append(box);
  return {
    come() {
      mine = group(e);
      mine.members.add(me)
    },
    change() {
      this.go();
      this.come();
      if (shown != me.id()) box.replaceChildren(tag("slot", shown = ""));
      me.asked = -2e4;
      mine.kick(1)
    },
    look(i) {
      me.near = i.isIntersecting;
      mine.kick(me.near)
    },
    go() {
      mine.members.delete(me)
    }
  }
});
