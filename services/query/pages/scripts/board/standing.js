// What the newsroom has decided and is in force, and how following the feeds goes.

let deskUrl = null;

function showStanding({overrides, feeds = [], desk_url: desk, meta: {site}}) {
  deskUrl = webAddress(desk ?? "");
  // Of the past neither is known.
  const known = then() === null && overrides !== undefined;
  show(byId("standing"), known && (overrides.length || feeds.length || deskUrl));
  if (!known) return;
  show(byId("decisions-part"), overrides.length || deskUrl);
  show(byId("feeds-part"), feeds.length);
  show(byId("decisions-none"), !overrides.length);
  show(byId("desk-link"), deskUrl);
  if (deskUrl) byId("desk-link").href = deskAddress(deskUrl, site);
  fill(byId("decisions"), [overrides, site, deskUrl], () => overrides.map(override => decisionLine(override, site)));
  fill(byId("feeds"), [feeds], () => feeds.map(feedLine));
}

function fill(list, what, lines) {
  show(list, what[0].length);
  unlessSame(list, what, () => list.replaceChildren(...lines()));
}

function decisionLine(override, site) {
  const {id, title, by, reason} = override;
  const line = make("li", {},
    make("p", {class: "what-of"}, make("b", {}, decided(override)), " ", make("bdi", {class: "of"}, shortened(title ?? id, 200))),
    make("p", {class: "note"}, make("bdi", {}, `${shortened(by, 100)}: ${shortened(reason, 500)}`), ` (${sinceAndUntil(override)}) `));
  if (deskUrl) line.lastChild.append(make("a", {href: deskAddress(deskUrl, site, id), target: "groundswell-desk",
    "aria-label": `Change what is decided about ${shortened(title ?? id, 200)}`}, "Change"));
  return line;
}

function feedLine({url, last_success_at: last, failing, last_error: error, articles}) {
  const read = last && momentOf(Date.parse(last));
  const state = failing ? (read ? `Fails, last read ${read}` : "Has never been read") : read ? `Read ${read}, ${plural(articles, "article", "articles")}` : "Not read yet";
  return make("li", {class: failing ? "bad" : ""}, make("p", {class: "what-of"}, make("bdi", {}, shortened(url, 200))),
    make("p", {class: "note"}, make("bdi", {}, state + (error ? `: ${shortened(error, 300)}` : "") + ".")));
}
