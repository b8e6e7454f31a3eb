// What a site puts on its pages, what arrives of it, and what is lost for which reason.

const REASONS = {
  "foreign-origin": "pages of another origin",
  bot: "robots",
  prefetch: "pages loaded ahead that nobody looked at",
  "own-traffic": "your own networks",
  "opt-out": "readers whose browser asks not to be counted",
  "no-token": "pages without the article's token",
  "wrong-token": "tokens of another article",
  "bad-article-id": "what cannot be an article id",
  unavailable: "the service could not take them",
};
const ANY_ARTICLE = "/world/an-article";
const OFF = "localStorage.groundswell = \"off\"";
const setup = byId("setup"), setupButton = byId("setup-button");

let arrived = null;

function openSetup(wanted) {
  show(setup, wanted);
  setupButton.setAttribute("aria-expanded", wanted);
  showArrivals();
}

function showSnippets(site, article) {
  const here = byId("content").dataset.public || new URL(".", location.href).href.replace(/[/]$/, "");
  const script = (name, more) => `<script async src="${here}/${name}"${more}></` + "script>";
  for (const [id, text] of Object.entries({
    "snippet-beacon": script("beacon.v1.js", ` data-site="${site}"`),
    "snippet-widget": script("widget.v1.js", ""),
    "snippet-list": `<trending-list site="${site}" limit="5"></trending-list>`,
    "snippet-count": `<view-count site="${site}" article="${article}"></view-count>`,
    "snippet-off": OFF,
    "snippet-bookmark": `javascript:void(${OFF.replaceAll(" ", "")})`,
    "snippet-on": "localStorage.removeItem(\"groundswell\")",
  })) say(byId(id), text);
}

// What was last told of arrivals, and from when on; null for nothing.
function readArrivals(arrivals, traffic) {
  arrived = arrivals && {...arrivals, since: hourOf(Date.parse(traffic.to) - 2 * HOUR)};
  showArrivals();
}

// The most urgent thing stands above the numbers; all of them only where somebody looks.
function showArrivals() {
  const strip = byId("advice");
  show(strip, arrived?.advice.length && setup.hidden && then() === null);
  if (!arrived) return;
  const {advice: [first = "", ...more], last_view_at: last, since} = arrived;
  say(byId("advice-text"), shortened(first, 300) + (more.length ? ` And ${plural(more.length, "other thing", "other things")}.` : ""));
  if (setup.hidden) return;
  const ago = Date.now() - Date.parse(last);
  say(byId("arriving"), last === null ? ""
    : `The last view arrived at ${toTheSecond(Date.parse(last))}` + (ago > 12 * HOUR ? `, ${age(0, ago)} ago` : "")
      + `. ${plural(arrived.accepted, "view has", "views have")} been accepted since ${since}.`);
  say(byId("losses-caption"), `Dropped or refused since ${since}`);
  const words = (found, prefix) => Object.entries(found).map(([reason, readings]) => [`${prefix}: ${REASONS[reason] ?? reason}`, readings]);
  fillTable(byId("losses"), [...words(arrived.dropped, "Dropped"), ...words(arrived.refused, "Refused")]);
  fillTable(byId("origins"), Object.entries(arrived.foreign_origins));
  fillList(byId("advices"), arrived.advice);
}

function fillTable(filling, lines) {
  show(filling, lines.length);
  unlessSame(filling, lines, () => filling.tBodies[0].replaceChildren(...lines.map(([what, readings]) =>
    make("tr", {}, make("th", {scope: "row", dir: "auto"}, what), make("td", {}, number(readings))))));
}

function fillList(list, sentences) {
  show(list, sentences.length);
  unlessSame(list, sentences, () => list.replaceChildren(...sentences.map(sentence => make("li", {}, shortened(sentence, 500)))));
}

async function copy(button) {
  const source = byId(button.dataset.copies);
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    // Without https there is no clipboard to write to.
    getSelection().selectAllChildren(source);
    said = "Selected";
  }
  say(button, said);
  announce(said === "Copied" ? "Copied." : "Selected. Press Control or Command and C to copy.");
  setTimeout(() => say(button, "Copy"), 3000);
}

setup.addEventListener("click", event => {
  const button = event.target.closest("[data-copies]");
  if (button) copy(button);
});
