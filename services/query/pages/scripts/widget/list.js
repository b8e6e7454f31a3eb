// <trending-list>: the list that follows the news. What is shown stays when the service is away, and nothing moves
// under a pointer or a focus.

define("trending-list", (e, root) => {
  // held is a list that waits for the pointer to go; asked and shown are the latest; order is that of the rows.
  let near, held, asked, shown, order, data, ear, heard, deaf, timer;
  const list = tag("ol", "list"), slot = tag("slot", ""), box = tag("div", "w", slot, list),
    size = () => Math.max(1, Math.min(100, attr(e, "limit") | 0 || 10)),

    live = () => attr(e, "live") != null && !deaf,

    ask = () => at(e, live() ? "trending/live" : "trending")
      + ["list", "window", "section", "tag", "author", "published-within", "exclude", "diversity", "min-views"].map(n => attr(e, n)
        ? `&${n.replace("-", "_")}=` + attr(e, n).split(",").map(code).join() : "").join("")
      + "&limit=" + size(),

    lay = () => {
      const old = [...list.children], height = box.offsetHeight, next = data.map(s => {
        const li = old.find(li => li.story?.id == s.id && li.shape == shape(e)) || row(e);
        li.was = li.getBoundingClientRect();
        li.fill(s, data.some(s => s.movement != null));
        return li
      });
      // What is taken out and put in again has not moved, as layout shift goes.
      old.forEach((li, i) => li == next[i] || li.remove());
      next.forEach((li, i) => li == list.children[i] || list.insertBefore(li, list.children[i]));
      slot.hidden = next[0];
      list.inert = false;
      if (box.offsetHeight < height) box.style.minHeight = height + "px";
      if (order && !matchMedia("(prefers-reduced-motion:reduce)").matches) next.forEach(li => {
        const to = li.getBoundingClientRect(), x = li.was.x - to.x, y = li.was.y - to.y;
        if (x || y) li.animate(
          li.was.width ? {transform: [`translate(${x}px,${y}px)`, "none"]} : {opacity: [0, 1]},
          {duration: 400, easing: "ease"})
      })
    },

    tell = (n, detail, cancelable) =>
      e.dispatchEvent(new CustomEvent("groundswell-" + n, {bubbles: true, composed: true, cancelable, detail})),

    take = t => {
      const found = JSON.parse(t).data, ids = found.map(s => s.id), line = ids.join(" ");
      if (line != order && e.matches(":hover,:focus-within") && (order || e.children[0])) return held = t;
      held = 0;
      data = found;
      lay();
      order = line;
      if (shown != t) tell("update", {ids});
      shown = t
    },

    release = () => setTimeout(() => held && take(held)),

    // Tells whether there was something to hear.
    hush = () => {
      const was = ear;
      clearTimeout(timer);
      ear &&= ear.close();
      deaf = 0;
      return was
    },

    lost = () => {
      hush();
      deaf = 1;
      kick(1)
    },

    listen = u => {
      let misses = 0;
      hush();
      heard = now();
      ear = new EventSource(u);
      ear.addEventListener("list", event => {
        clearTimeout(timer);
        heard = now();
        try {
          take(event.data)
        } catch {}
      });
      ear.onopen = () => misses = 0;
      ear.onerror = () => ear.readyState < 2 && ++misses < 3 || lost();
      // Something between us may keep what it should pass on.
      timer = setTimeout(lost, 6e3)
    },

    kick = loop(async ms => {
      const u = asked = ask();
      if (!live()) {
        const t = await get(u, ms);
        if (u == ask()) take(t)
        // A connection may die in silence.
      } else if (!ear || now() - heard > 3e5) listen(u)
    }, () => near, hush);

  root.append(box);
  ["pointerleave", "focusout"].map(n => box.addEventListener(n, release));
  list.onclick = event => {
    const a = event.target.closest("a:any-link"), s = a?.closest("li").story;
    if (a && !tell("click", {id: s.id, url: a.href, rank: s.rank, list: attr(e, "list") || "trending"}, true))
      event.preventDefault()
  };
  return {
    come() {
      kicks.add(kick);
      this.change()
    },
    change() {
      list.className = attr(e, "layout") == "cards" ? "cards" : "list";
      held = 0;
      if (data) lay();
      else {
        // As many rows as there will be, so that nothing around moves when they come.
        list.replaceChildren();
        for (let n = 0; n++ < size();) list.append(row(e, n));
        list.inert = true
      }
      if (asked && asked != ask()) {
        hush();
        kick(1)
      }
    },
    look(i) {
      near = i.isIntersecting;
      // Below the fold it may become as high as it is.
      if (!near && i.boundingClientRect?.y > 0) box.style.minHeight = "";
      kick()
    },
    go() {
      kicks.delete(kick)
    }
  }
});
