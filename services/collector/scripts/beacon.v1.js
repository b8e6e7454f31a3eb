// One view for each reading of a page. At most 599 bytes on the wire, so names are letters, and the order of
// what has no order is the one that compresses best:
//
// t     the tag, whose data-* attributes have names; then the address that views go to
// u, v  the address of the page, and what led here: the fragment #via=NAME, which is read and removed
// r, n  the reading of the page as it is now, and the one that waits for somebody to look
// d, l  the address that was last seen, without fragment, and the same without its query
// s     nothing
//
// A block and no function, so that it may stand behind a file that forgot its last semicolon.
{
  let d, n, r, l, s,
    // A script that was delayed or combined with others may not know its tag.
    t = document.currentScript?.closest("[data-site]") || document.querySelector("[data-site]"),
    {src, token, article, site, manual} = t?.dataset || {},
    [u, v] = location.href.split("#via="),

    // Take up where the page has gone to, and post what waits once somebody looks. To replace (e) the query
    // alone is not to go on. All of it may fail without the page noticing.
    m = async (e, [a] = location.href.split("#"), [c] = a.split("?")) => {
      if (e ? c != l : a != d) r =
        !d && article ? {token, article} : {url: (d || document.querySelector("[rel=canonical]"))?.href || a},
        manual ?? (n = r);
      l = c;
      d = a;
      // A page that is rendered ahead turns visible shortly before it is shown, and would still be dropped.
      if (n && !document.hidden && !document.prerendering) {
        // A string goes as text/plain, which needs no preflight. Should it come twice, the event id tells.
        a = JSON.stringify({event_id: Math.random() + "", site, via: v || s, ...n});
        v = n = s;
        try {
          // Staff who asked not to be counted; nothing is ever written there. Where it may not even be read,
          // the second way still works.
          localStorage.groundswell || await fetch(t, {body: a, credentials: "omit", keepalive: 1, method: "POST"})
        } catch {
          navigator.sendBeacon?.(t, a)
        }
      }
    };

  // An element with the id "groundswell" has the name too, but cannot be called.
  if (t && !self.groundswell?.call) {
    t = new URL("v1/views", new URL(t.src || src, u));
    v && history.replaceState(history.state, "", u);
    m();
    self.groundswell = c => m((m(), n = c || r));
    ["pushState", "replaceState"].map((a, o, j, e = history[a]) => history[a] = (...n) => m(o, e.apply(history, n)));
    ["pageshow", "visibilitychange", "prerenderingchange", "popstate"].map(c => addEventListener(c, c => m(c.persisted && (manual ?? (n = r))), 1))
  }
}
