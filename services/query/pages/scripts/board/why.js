// Why an article stands where it stands, in sentences: below its row, once somebody asks.

const REASONS_LAST = 15e3;

let reasonsMade = 0;

function whyButton(entry) {
  const button = make("button", {type: "button", class: "plain ask", "aria-expanded": "false"}, "Why");
  button.addEventListener("click", () => entry.why ? closeWhy(entry) : openWhy(entry));
  return button;
}

function openWhy(entry) {
  const id = `why-${++reasonsMade}`;
  const reasons = make("dl"), asOf = make("span", {}, "Asking why …"), desk = make("a", {target: "groundswell-desk"}, "Decide about it at the desk");
  const cell = make("td", {role: "cell", colspan: headings.length}, reasons, make("p", {class: "note"}, asOf, " ", desk));
  entry.why = {row: make("tr", {role: "row", class: "why", id}, cell), reasons, asOf, desk, asked: 0};
  entry.ask.setAttribute("aria-expanded", "true");
  entry.ask.setAttribute("aria-controls", id);
  entry.row.after(entry.why.row);
  askWhy(entry);
}

function closeWhy(entry) {
  entry.why?.row.remove();
  entry.why = null;
  entry.ask.setAttribute("aria-expanded", "false");
  entry.ask.removeAttribute("aria-controls");
}

// Weights never stand still, but who reads a sentence wants it to.
function askWhyAgain() {
  for (const entry of rows.values()) if (entry.why && Date.now() - entry.why.asked > REASONS_LAST) askWhy(entry);
}

async function askWhy(entry) {
  const {why, story} = entry, site = asked.get("site");
  why.asked = Date.now();
  show(why.desk, deskUrl);
  if (deskUrl) why.desk.href = deskAddress(deskUrl, site, story.id);
  try {
    const answer = await fetch(`v1/article?${new URLSearchParams({site, id: story.id})}`, {
      headers: bearer(), cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
    });
    const body = await answer.json();
    if (entry.why !== why) return;
    if (!answer.ok) return void say(why.asOf, `No reasons now: ${shortened(body.detail ?? body.title ?? "", 200)}`);
    why.reasons.replaceChildren(...reasonsOf(body, entry.story).flatMap(([what, sentence]) =>
      [make("dt", {}, what), make("dd", {dir: "auto"}, sentence)]));
    say(why.asOf, `As of ${toTheSecond(Date.now())}.`);
  } catch {
    if (entry.why === why) say(why.asOf, "The service does not answer why; it is asked again.");
  }
}

// Pairs of what is told and a sentence that tells it.
function reasonsOf(why, story) {
  const {weights, rising, override} = why, shown = nameOfList();
  const told = [["Place", placeInWords(why, story, shown)]];
  if (override) told.push(["Decision", `${decided(override)}, ${sinceAndUntil(override)}. ${shortened(override.by, 100)}: ${shortened(override.reason, 500)}`]);
  told.push(["Weight", `Its views are worth ${amount(weights["4h"] ?? 0)} fresh ones by the half-life of 4 hours, which ranks Trending; `
    + `${amount(weights["15m"] ?? 0)} by 15 minutes and ${amount(weights["24h"] ?? 0)} by 24 hours. A view loses half its weight in that time.`]);
  told.push(["Readers", `${plural(why.views, "view", "views")} by ${plural(why.reader_days, "reader", "readers")}, those of each day counted anew; `
    + `about ${number(why.views_per_hour)} of the views within the last 60 minutes.`]);
  if (rising) told.push(["Rising", `r is ${amount(rising.r)}, and from 3 on an article is rising. Its last minutes count as ${amount(rising.present)} views; its own past, `
    + `on a site at ${amount(rising.site_ratio)} times its usual traffic, foretold ${amount(rising.expected)}.`]);
  told.push(["Lists", otherLists(why, shown)]);
  return told;
}

function placeInWords({ranks, listed_since: since}, {source, label, rank}, shown) {
  if (source === "sponsored") return `A slot beside the ranking, labelled “${shortened(label, 100)}”. It has no rank on any list.`;
  if (source === "latest") return "Too few views to be ranked: it fills the list as one of the newest.";
  const from = sinceWhen(" On the list since ", since[shown], ".");
  if (source === "pinned") return `Somebody put it at place ${number(rank)}.${from}`;
  const whole = ranks[shown] ?? null;
  if (whole === rank) return `Number ${number(rank)} on ${listInWords(shown)}.${from}`;
  return `Number ${number(rank)} of what is shown here` + (whole === null ? "" : `, number ${number(whole)} on the whole of ${listInWords(shown)}`) + `.${from}`;
}

function otherLists({ranks, listed_since: since}, shown) {
  const on = Object.entries(ranks).filter(([name, rank]) => rank !== null && name !== shown).map(([name, rank]) =>
    `number ${number(rank)} on ${listInWords(name)}` + sinceWhen(", since ", since[name]));
  return on.length ? `It is also ${on.join("; ")}.` : "It is on no other list.";
}

const sinceWhen = (before, moment, after = "") => moment ? before + momentOf(Date.parse(moment)) + after : "";
