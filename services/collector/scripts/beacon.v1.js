// One view for each reading of a page. At most 599 bytes on the wire, so names are letters, and names and orders
// that mean nothing are those that compress best:
//
// s, v  the address of the page, and what led here: the fragment #via=NAME, which is read and removed
// t     the tag, whose data-* attributes have names; then the address that views go to
// r, n  the reading of the page as it is now, and the one that waits for somebody to look
// d, i  the address that was last seen, without its fragment, and the same without its query
// o     nothing
//
// A block and no function, so that it may stand behind a file that forgot its last semicolon.
{
  let [s, v] = location.href.split("#via="),
    // A script that was delayed or combined with others may not know its tag.
    t = document.currentScript?.closest("[data-site]") || document.querySelector("[data-site]");

  // Not here twice. An element with the id "groundswell" has the name too, but cannot be called.
  if (t && !self.groundswell?.call) {
    let o, i, n, d, r,
      {token, article, src, site, manual} = t.dataset,

      // Take up where the page has gone to, and post what waits once somebody looks. To replace (c) the query
      // alone is not to go on. It is async so that nothing that fails here reaches the page.
      m = async c => {
        let [l] = location.href.split("#"), [e] = l.split("?");
        if (c ? e != i : l != d) r =
          !d && article ? {token, article} : {url: (d || document.querySelector("[rel=canonical]"))?.href || l},
          manual ?? (n = r);
        i = e;
        d = l;
        // A page that was rendered ahead is visible a moment before it is shown; until then it would be dropped.
        if (n && !document.hidden && !document.prerendering) {
          // A string goes as text/plain, which needs no preflight. Should it come twice, the event id tells.
          l = JSON.stringify({via: v || o, event_id: Math.random() + "", site, ...n});
          v = n = o;
          try {
            // Set by staff who do not want to be counted; nothing is ever written there. Where it may not even
            // be read, the second way is the only one.
            localStorage.groundswell || await fetch(t, {method: "POST", keepalive: 1, credentials: "omit", body: l})
          } catch {
            navigator.sendBeacon?.(t, l)
          }
        }
      };

    t = new URL("v1/views", new URL(t.src || src, s));
    v && history.replaceState(history.state, "", s);
    m();
    self.groundswell = c => m(m(), n = c || r);
    ["pushState", "replaceState"].map((l, a, h, e = history[l]) => history[l] = (...n) => m(a, e.apply(history, n)));
    // Captured, since prerenderingchange does not bubble.
    ["pageshow", "visibilitychange", "prerenderingchange", "popstate"].map(c =>
      addEventListener(c, a => m(a.persisted && (manual ?? (n = r))), 1))
  }
}
