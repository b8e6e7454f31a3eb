// <view-count>, the number beside a headline, and <trending-list>, the list that follows the news.
//
// The page may do what it likes around them: reset every style, extend every prototype, forbid inline styles and
// untrusted HTML. What is shown stays when the service is away, and nothing moves under a pointer or a focus.
//
// Every byte is sent, so names are short. Everywhere: d the document, e one of our elements, s a story as the
// service tells it, n a number or a name, t a text, u an address, f a function.
((d, code) => {
  const
    // The service is where our own name begins in our own address, whoever has loaded us.
    own = ([d.currentScript, ...d.scripts].map(s => s?.src || s?.dataset.src)
      .find(u => u?.includes("/widget.v1")) || "/").split("widget.v1")[0],
    words = {views: "one:{} view|{} views", up: "up {}", down: "down {}", new: "new", latest: "latest"},
    kicks = new Set,
    groups = new Map,
    tops = new Map,
    lives = new WeakMap,
    sheet = new CSSStyleSheet,
    eye = new IntersectionObserver(all => all.forEach(i => lives.get(i.target).look(i)), {rootMargin: "400px"}),

    now = () => performance.now(),

    attr = (e, n) => e.getAttribute(n),

    at = (e, t) => (attr(e, "base") || own).replace(/\/?$/, "/v1/") + t + "?site=" + code(attr(e, "site") || ""),

    // A new element, its part (also its class), and what is in it.
    tag = (n, part, ...inside) => {
      n = d.createElement(n);
      n.part = n.className = part;
      n.append(...inside);
      return n
    },

    // Text that somebody has selected stays so if it has not changed.
    put = (n, t) => n.textContent == t || (n.textContent = t),

    // An address, if it is one of the web.
    web = u => {
      try {
        u = new URL(u);
        return /^https?:$/.test(u.protocol) && u
      } catch {}
    },

    // What writes things in the language of the page; in that of the reader if the page names none there is.
    intl = (e, n, how) => {
      try {
        return new Intl[n]((e.closest("[lang]") || d.documentElement).lang.replaceAll("_", "-") || [], how)
      } catch {
        return new Intl[n]([], how)
      }
    },

    num = (e, n) => intl(e, "NumberFormat", {notation: attr(e, "compact") == null ? "standard" : "compact"}).format(n),

    // A text may have forms for kinds of numbers, such as "one:{} view|{} views". The last one is for all others.
    say = (e, t, n) => {
      const kind = intl(e, "PluralRules").select(n) + ":", forms = t.split("|");
      return (forms.find(t => t.startsWith(kind))?.slice(kind.length) ?? forms.at(-1)).replace("{}", num(e, n))
    },

    ago = (e, date) => {
      const n = Math.max(1, (Date.now() - date) / 6e4), f = (n, unit) =>
        intl(e, "RelativeTimeFormat", {numeric: "auto"}).format(-Math.floor(n), unit);
      return n < 60 ? f(n, "minute") : n < 1440 ? f(n / 60, "hour") : n < 10080 ? f(n / 1440, "day")
        : intl(e, "DateTimeFormat", {dateStyle: "medium"}).format(date)
    },

    // A count never falls, wherever on the page it stands.
    climb = (e, id, n) => {
      tops.set(id = at(e, id), n = Math.max(n || 0, tops.get(id) || 0));
      return n
    },

    get = async (u, ms) => {
      u = await fetch(u, {credentials: "omit", priority: "low", signal: AbortSignal.timeout(ms)});
      if (!u.ok) throw u;
      return u.text()
    },

    // Asks every half minute while anybody can see it, and ever less often while it fails. Returns what is called
    // when that may have changed, with `more` when there is something that nobody has asked for.
    loop = (ask, awake, sleep) => {
      let timer, busy, fresh, due = 0, fails = 0;
      const kick = more => {
        clearTimeout(timer);
        fresh ||= more;
        if (d.hidden || !awake()) fresh ||= sleep?.();
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
    },

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
    },

    // An element: what it does when it comes, has changed, is looked at or no longer, and goes.
    define = (n, f) => customElements.get(n) || customElements.define(n, class extends HTMLElement {
      #life = f(this, this.attachShadow({mode: "open"}));
      #told = new MutationObserver(all => all.every(m => /class|style/.test(m.attributeName)) || this.#life.change());
      connectedCallback() {
        this.shadowRoot.adoptedStyleSheets = [sheet];
        lives.set(this, this.#life);
        this.#life.come();
        this.#told.observe(this, {attributes: true});
        eye.observe(this)
      }
      disconnectedCallback() {
        eye.unobserve(this);
        this.#told.disconnect();
        this.#life.look({});
        this.#life.go()
      }
    });

  sheet.replaceSync(`:host(trending-list){display:block}
:host([hidden]),[hidden]{display:none!important}
.v{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
:host([unit]) .v{all:unset}
.count{display:inline-block;min-width:var(--gs-count,5ch)}
.w{display:grid;white-space:normal;container-type:inline-size;contain-intrinsic-inline-size:20em;text-align:start;line-height:1.4;color:var(--gs-text,inherit);font-family:var(--gs-font,inherit);--a:var(--gs-accent,light-dark(#0b6a70,#5cc4c4));--l:var(--gs-line,color-mix(in srgb,currentcolor 15%,#0000))}
.w,.count{font-variant-numeric:lining-nums tabular-nums}
slot{display:block}
slot,ol{grid-area:1/1;min-width:0}
:host(:not(:empty)) [inert]{visibility:hidden}
ol{--n:var(--gs-lines,2);margin:0;padding:0;list-style:none;align-content:start}
li{position:relative;display:grid;grid-template-columns:auto 1fr auto;align-items:center}
b{min-width:1.5em;font-weight:700;font-size:1.6em;line-height:1;color:var(--a)}
.t{grid-area:1/2;min-width:0}
.g{visibility:hidden}
a{display:block;font-weight:600;line-height:1.3;color:inherit;text-decoration:none}
.g a{min-height:calc(var(--n)*1lh)}
a::after{content:"";position:absolute;inset:0}
a:any-link:hover{text-decoration:underline 1px;text-underline-offset:.18em}
a:focus-visible{outline:0}
a:focus-visible::after{outline:2px solid var(--a);outline-offset:-2px;border-radius:3px}
a span,p{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:var(--n);overflow:hidden;overflow-wrap:anywhere}
p{--n:2;margin:.2em 0 0;font-size:.9em}
.g p{min-height:2lh}
.meta{display:flex;flex-wrap:wrap;gap:0 .9em;height:1lh;margin-top:.2em;overflow:hidden;font-size:.82em}
.meta>:empty{display:none}
:where(.meta>*){color:var(--gs-muted,color-mix(in srgb,currentcolor 70%,#0000))}
.views{color:inherit;font-weight:600}
small,.label{font-weight:600;letter-spacing:.06em}
small{display:block;height:1lh;overflow:hidden;font-size:.75em;text-transform:uppercase}
small,.new{color:var(--a)}
.up{color:var(--gs-up,light-dark(#1a7038,#6cc788))}
.down{color:var(--gs-down,light-dark(#a5392f,#ee8f84))}
i{overflow:hidden;border-radius:var(--gs-radius,3px);background:color-mix(in srgb,var(--l) 60%,#0000)}
img{display:block;width:100%;height:100%;object-fit:cover}
.list li{padding-block:var(--gs-gap,.6em);border-bottom:1px solid var(--l)}
.list li:last-child{border-color:#0000}
.list i{grid-area:1/3;width:5.5em;aspect-ratio:4/3;margin-inline-start:1em}
.cards{--n:var(--gs-lines,3);display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,15em),1fr));gap:2em 1.6em}
.cards li{align-content:start;align-items:start}
.cards i{grid-area:1/1/auto/4;aspect-ratio:16/9;margin-bottom:.7em}
.cards .t{grid-area:2/2}
[inert] .g{visibility:inherit}
[inert] .g *{background:repeating-linear-gradient(var(--l) 0 .8em,#0000 0 1lh)}
[inert] .meta{width:5em}
[inert] b{color:var(--l)}
@container (width<24em){ol{--n:var(--gs-lines,3)}}
@container (width>36em){.list .t{display:grid;grid-template:"h h""t m""p m"/1fr auto;column-gap:1.5em}small{grid-area:h}a{grid-area:t}p{grid-area:p}.list .meta{grid-area:m;align-self:center;justify-content:end;max-width:40cqi;margin:0}.list .views{order:1}}`);

  define("view-count", (e, root) => {
    let mine, first, shown;
    const value = tag("span", ""), unit = tag("span", "unit v"), box = tag("span", "count", tag("slot", "")),
      me = {
        id: () => attr(e, "article")?.trim()
          || (web(d.querySelector("link[rel~=canonical]")?.href) || location).pathname.replace(/\/+$/, "") || "/",

        show(id, n) {
          // What the server wrote is the least there is.
          const written = id == (first ||= id) && /^\s*(\d+([.,'\u2019\s]\d{2,3})*)(\s|$)/.exec(e.textContent)?.[1].replace(/\D/g, "");
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

  define("trending-list", (e, root) => {
    // held is a list that waits for the pointer to go; asked and shown are the latest; order is that of the rows.
    let near, held, asked, shown, order, data, ear, heard, deaf, timer;
    const list = tag("ol", "list"), slot = tag("slot", ""), box = tag("div", "w", slot, list), my = n => attr(e, n),
      size = () => Math.max(1, Math.min(100, my("limit") | 0 || 10)),

      live = () => my("live") != null && !deaf,

      ask = () => at(e, live() ? "trending/live" : "trending")
        + ["list", "window", "section", "tag", "author", "published-within", "exclude"].map(n => my(n)
          ? `&${n.replace("-", "_")}=` + my(n).split(",").map(code).join() : "").join("")
        + "&limit=" + size(),

      shape = () => my("layout") + my("show"),

      // A row with its rank. A ghost of its text keeps it as high as it can get.
      row = rank => {
        const p = {rank: "b", thumbnail: "i", section: "small", summary: "p", views: "span", movement: "span", time: "time"},
          names = (my("show") || (list.className == "cards"
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
        li.shape = shape();
        li.fill = (s, compared) => {
          const u = web(s.url), more = my("link-params"), via = my("via"), target = my("target"),
            by = s.source == "latest" ? 0 : s.movement,
            way = by > 0 ? "up" : by < 0 ? "down" : by == 0 ? s.movement == 0 ? "" : "latest" : compared ? "new" : "",
            word = n => my("text-" + n) ?? words[n] ?? "",
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
          put(p.rank, num(e, s.rank));
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
      },

      lay = () => {
        const old = [...list.children], h = box.offsetHeight, next = data.map(s => {
          const li = old.find(li => li.story?.id == s.id && li.shape == shape()) || row();
          li.was = li.getBoundingClientRect();
          li.fill(s, data.some(s => s.movement != null));
          return li
        });
        // What is taken out and put in again has not moved, as layout shift goes.
        old.forEach((li, i) => li == next[i] || li.remove());
        next.forEach((li, i) => li == list.children[i] || list.insertBefore(li, list.children[i]));
        slot.hidden = next[0];
        list.inert = false;
        if (box.offsetHeight < h) box.style.minHeight = h + "px";
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
        ear.onerror = () => ear.readyState < 2 && ++misses < 4 || lost();
        // Something between us may keep what it should pass on.
        timer = setTimeout(lost, 6e3)
      },

      kick = loop(async ms => {
        const u = asked = ask();
        if (!live()) {
          const t = await get(u, ms);
          if (u == ask()) take(t)
        } else if (!ear || now() - heard > 3e5) listen(u)
      }, () => near, hush);

    root.append(box);
    ["pointerleave", "focusout"].map(n => box.addEventListener(n, release));
    list.onclick = event => {
      const a = event.target.closest("a:any-link"), s = a?.closest("li").story;
      if (a && !tell("click", {id: s.id, url: a.href, rank: s.rank, list: my("list") || "trending"}, true))
        event.preventDefault()
    };
    return {
      come() {
        kicks.add(kick);
        this.change()
      },
      change() {
        list.className = my("layout") == "cards" ? "cards" : "list";
        held = 0;
        if (data) lay();
        else {
          // As many rows as there will be, so that nothing around moves when they come.
          list.replaceChildren();
          for (let n = 0; n++ < size();) list.append(row(n));
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

  d.addEventListener("visibilitychange", () => kicks.forEach(f => f()))
})(document, encodeURIComponent)
