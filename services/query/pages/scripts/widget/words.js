// What is asked for and what is said, in the language of the page.
//
// <view-count>, the number beside a headline, and <trending-list>, the list that follows the news. The page may do
// what it likes around them: reset every style, extend every prototype, forbid inline styles and untrusted HTML.
//
// Every byte is sent, so what stands everywhere has a short name: d the document, e one of our elements, s a story
// as the service tells it, n a number or a name, t a text, u an address, f a function.

const d = document, code = encodeURIComponent,
  // The service is where our own name begins in our own address, whoever has loaded us.
  own = ([d.currentScript, ...d.scripts].map(s => s?.src || s?.dataset.src)
    .find(u => u?.includes("/widget.v1")) || "/").split("widget.v1")[0],
  words = {views: "one:{} view|{} views", up: "up {}", down: "down {}", new: "new", latest: "latest"},
  highest = new Map,

  attr = (e, n) => e.getAttribute(n),

  at = (e, t) => (attr(e, "base") || own).replace(/\/?$/, "/v1/") + t + "?site=" + code(attr(e, "site") || ""),

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
    const n = Math.max(1, (Date.now() - date) / 6e4),
      f = (n, unit) => intl(e, "RelativeTimeFormat", {numeric: "auto"}).format(-Math.floor(n), unit);
    return n < 60 ? f(n, "minute") : n < 1440 ? f(n / 60, "hour") : n < 10080 ? f(n / 1440, "day")
      : intl(e, "DateTimeFormat", {dateStyle: "medium"}).format(date)
  },

  // A count never falls, wherever on the page it stands.
  climb = (e, id, n) => {
    highest.set(id = at(e, id), n = Math.max(n || 0, highest.get(id) || 0));
    return n
  };
