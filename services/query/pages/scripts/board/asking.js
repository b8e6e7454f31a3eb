// Asks for the numbers every few seconds while somebody can see them, and says so when there is no answer.

const EVERY = 3000, PATIENCE = 8000;
const content = byId("content");
const PLATES = ["loading", "key", "closed", "wrong"], BOARD = ["traffic", "then", "list"];

let key = null, etag = null, answered = null, silentSince = null, looking = null, timer = 0, wasOpened = false, settled = false;

// Shows one of the plates, or the board.
function stage(name) {
  document.documentElement.dataset.stage = name;
  for (const plate of PLATES) show(byId(plate), plate === name);
  for (const part of BOARD) show(byId(part), name === "board");
  const shut = ["key", "closed", "wrong"].includes(name);
  show(byId("tools"), !shut || name === "wrong");
  show(setupButton, !shut);
  if (name !== "board") show(byId("standing"), false);
  show(byId("state"), name === "board");
  if (shut) {
    readArrivals(null);
    openSetup(false);
    show(byId("away"), false);
  }
}

function stop() {
  clearTimeout(timer);
  looking?.abort();
  looking = null;
}

// Forgets what was answered, and asks something else.
function askAnew() {
  etag = null;
  settled = false;
  showThen();
  showArrivals();
  if (nameSite()) startOver();
  if (then() !== null) for (const entry of rows.values()) closeWhy(entry);
  ask(true);
}

// Returns whether it is another site than before.
function nameSite() {
  const site = shortened(asked.get("site"), 64);
  document.title = `${site}: newsroom board`;
  return say(byId("name"), site);
}

// The numbers of one site never stand under the name of another.
function startOver() {
  answered = silentSince = null;
  wasOpened = false;
  readArrivals(null);
  for (const entry of rows.values()) closeWhy(entry);
  show(byId("away"), false);
  say(byId("loading-h"), "Asking for the numbers");
  say(byId("loading-text"), "They will stand here in a moment.");
  stage("loading");
}

const bearer = () => key === null ? {} : {authorization: `Bearer ${key}`};

async function ask(chosen = false) {
  stop();
  const mine = looking = new AbortController();
  const deadline = setTimeout(() => mine.abort(), PATIENCE);
  try {
    const answer = await fetch(`v1/board?${asked}`, {
      headers: {...bearer(), ...etag && {"if-none-match": etag}},
      cache: "no-store", signal: mine.signal,
    });
    const body = answer.status === 304 ? null : await answer.json();
    if (looking === mine) take(answer, body, chosen);
  } catch (error) {
    if (looking === mine) noAnswer("");
  } finally {
    clearTimeout(deadline);
  }
}

function take(answer, body, chosen) {
  const {status} = answer;
  if (status === 401) return askKey(key !== null);
  if (status === 403) return stage("closed");
  if (status === 400 && then() && body?.parameter === "at") return nothingThen(body.detail);
  if (status === 400 || status === 404 || status === 422) return wrongQuestion(body);
  if (status !== 200 && status !== 304) return noAnswer(body?.detail ?? body?.title ?? "");
  if (silentSince !== null) announce("The service answers again.");
  answered = Date.now();
  silentSince = null;
  if (body) {
    showAnswer(body, chosen);
    etag = answer.headers.get("etag");
  } else showAges(answered);
  showState();
  settled = then() !== null;
  if (settled) return;
  askWhyAgain();
  again();
}

function again() {
  if (!document.hidden) timer = setTimeout(ask, EVERY * (.9 + .2 * Math.random()));
}

function showAnswer(body, chosen) {
  const {site} = body.meta;
  stage("board");
  showThen();
  showFilters(body);
  showTraffic(body.traffic, then() ?? Date.now());
  showStanding(body);
  showRows(body.data, body.traffic.hours.map(hour => Date.parse(hour.hour)));
  showNone(body.data);
  showSnippets(site, body.data[0]?.id ?? ANY_ARTICLE);
  const found = plural(body.data.length, "article", "articles");
  if (then() === null) {
    if (!wasOpened && nothingEver(body)) openSetup(wasOpened = true);
    readArrivals(body.arrivals, body.traffic);
  }
  say(byId("caption"), `${byId("list-h").textContent}, in the order of rank. ` + (then() === null ? "Numbers move by themselves." : `As it was, ${momentOf(then())}.`));
  if (chosen) announce(then() === null ? found : `As it was, ${momentOf(then())}: ${found}.`);
}

const nothingEver = ({arrivals, traffic, data}) =>
  arrivals.last_view_at === null && !traffic.views && data.every(story => !story.metrics.views);

function showNone(data) {
  show(byId("none"), !data.length);
  show(table, data.length);
  show(byId("legend"), data.length);
  show(byId("choices"), data.length || filtered());
  show(byId("none-button"), filtered());
  if (then() !== null && !data.length) return nothingToShow("Nothing was ranked then", "No article passed what is asked for at that moment.");
  say(byId("none-h"), filtered() ? "No article passes these filters" : "No articles yet");
  say(byId("none-text"), filtered()
    ? "No article has this section, tag, author and age."
    : "A list shows articles of the catalogue. Put yours in through the desk, with PUT /v1/article or POST /v1/articles, "
      + "and they stand here within a second.");
}

function nothingToShow(heading, text) {
  say(byId("none-h"), heading);
  say(byId("none-text"), text);
}

// The board keeps its place, so that one can go on to another moment.
function nothingThen(detail) {
  stage("board");
  showThen();
  show(byId("traffic"), false);
  show(byId("standing"), false);
  showRows([], []);
  showNone([]);
  show(byId("choices"), true);
  nothingToShow("Nothing to show of that moment", `${detail}.`);
  answered = Date.now();
  settled = true;
  silentSince = null;
  showState();
  announce("Nothing to show of that moment.");
}

function askKey(refused) {
  key = etag = null;
  stage("key");
  say(byId("key-error"), refused ? "This key is not the right one. Is it the newsroom's, and whole?" : "");
  const field = byId("key-field");
  field.setAttribute("aria-invalid", refused);
  field.value = "";
  field.focus();
}

function wrongQuestion(body) {
  etag = null;
  stage("wrong");
  say(byId("wrong-text"), (body?.title ?? "") + (body?.detail ? ` (${body.detail})` : ""));
  announce("The address asks for something there is not.");
}

// The numbers stay, and say since when they are old.
function noAnswer(reason) {
  if (silentSince === null) {
    silentSince = answered ?? Date.now();
    announce("The service does not answer. The numbers are the last ones.");
  }
  const since = `since ${toTheSecond(silentSince)}` + (reason && ` (${reason})`);
  if (answered === null) {
    stage("loading");
    say(byId("loading-h"), "No answer yet");
    say(byId("loading-text"), `The service has not answered ${since}. This page asks again every few seconds; it may just be starting.`);
  }
  showState(`No answer ${since}. These are the last numbers; the board asks again every few seconds.`);
  again();
}

function showState(trouble = "") {
  show(byId("away"), trouble && answered !== null);
  say(byId("away-text"), trouble);
  document.documentElement.classList.toggle("old", Boolean(trouble));
  say(byId("state-text"), trouble ? "No answer" : then() === null ? `Live, ${toTheSecond(answered)}` : `As it was, ${momentOf(then())}`);
}
