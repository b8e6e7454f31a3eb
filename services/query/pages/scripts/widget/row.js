// One story as it stands on the list.

const
  // What is built anew when it changes; all else is only filled in again.
  shape = e => attr(e, "layout") + attr(e, "show"),

  // A row with its rank. A ghost of its text keeps it as high as it can get.
  row = (e, rank) => {
    const p = {rank: "b", thumbnail: "i", section: "small", summary: "p", views: "span", movement: "span", time: "time"},
      names = (attr(e, "show") || (attr(e, "layout") == "cards"
        ? "rank thumbnail summary time views movement" : "rank views movement")).split(" "),
      some = (...all) => all.filter(n => names.includes(n)).map(n => p[n]),
      title = tag("span", ""), link = tag("a", "link title", title), label = tag("span", "label"),
      sign = tag("span", ""), said = tag("span", "v");
    let image = "";
    Object.keys(p).forEach(n => p[n] = tag(p[n], n));
    p.rank.append(num(e, rank));
    p.movement.append(sign, said);
    sign.ariaHidden = true;
    const text = tag("div", "t", ...some("section"), link, ...some("summary"),
        tag("div", "meta", label, ...some("views", "movement", "time"))),
      ghost = text.cloneNode(true),
      li = tag("li", "item", ...some("rank", "thumbnail"), text, ghost);
    ghost.className = "t g";
    li.shape = shape(e);
    li.fill = (s, compared) => {
      const u = web(s.url), more = attr(e, "link-params"), via = attr(e, "via"), target = attr(e, "target"),
        latest = s.source == "latest", by = s.rank ? s.movement : 0,
        way = latest ? "latest" : by > 0 ? "up" : by < 0 ? "down" : by == null && compared ? "new" : "",
        word = n => attr(e, "text-" + n) ?? words[n] ?? "",
        src = names.includes("thumbnail") && web(s.thumbnail_url || s.image_url) || "";
      if (u) {
        if (more) u.search += (u.search && "&") + more;
        if (via && !u.hash) u.hash = "via=" + via;
        link.href = u;
        link.rel = (target == "_blank" ? "noopener " : "") + (s.label ? "sponsored" : "");
        if (target) link.target = target
      } else link.removeAttribute("href");
      li.story = s;
      put(title, s.title);
      put(label, s.label || "");
      put(p.rank, s.rank ? num(e, s.rank) : "");
      put(p.section, s.section || "");
      put(p.summary, s.summary);
      put(p.views, say(e, word("views"), climb(e, s.id, s.metrics.views)));
      put(said, say(e, word(way), Math.abs(by)));
      put(sign, by ? (by > 0 ? "\u25b2\u202f" : "\u25bc\u202f") + num(e, Math.abs(by)) : word(way));
      p.movement.part = p.movement.className = "movement " + way;
      p.movement.hidden = !way;
      p.time.dateTime = s.published_at;
      put(p.time, ago(e, new Date(s.published_at)));
      if (image != src) p.thumbnail.replaceChildren(...(image = src + "") ? [Object.assign(tag("img", ""),
        {loading: "lazy", decoding: "async", alt: "", onerror() { this.remove() }, src})] : [])
    };
    return li
  };
