// What is asked for stands in the address, so that a wall screen can be bookmarked. The key never does.

const form = byId("filters"), siteChoice = byId("site");
const FIRST_SITE = siteChoice.value;
const ASKED = ["list", "window", "section", "tag", "author", "published_within", "exclude", "diversity", "min_views", "limit"];
const OF_ONE_SITE = ["section", "tag", "author", "exclude"];
const AGES = [["", "At any time"], ["6h", "6 hours"], ["24h", "24 hours"], ["48h", "48 hours"], ["7d", "7 days"], ["30d", "30 days"]];
const LENGTHS = ["5", "10", "15", "20", "30", "50", "100"].map(count => [count, count]);
const USUAL = {site: FIRST_SITE, list: form.elements.list.value, limit: "10"};

let asked = new URLSearchParams();

function readAddress() {
  const given = new URLSearchParams(location.search);
  asked = new URLSearchParams({site: given.get("site") || FIRST_SITE});
  for (const name of [...ASKED, "at"]) if (given.get(name)) asked.set(name, given.get(name));
  document.documentElement.classList.toggle("wall", given.has("wall"));
  say(byId("wall-button"), given.has("wall") ? "Leave wall view" : "Wall view");
}

function go(change, how = "pushState") {
  const address = new URLSearchParams(location.search);
  change(address);
  const query = address.toString().replace(/(^|&)wall=(?=&|$)/, "$1wall");
  history[how](null, "", location.pathname + (query && "?" + query));
  readAddress();
}

// To ask for what is asked for anyway would only make the address longer.
const set = (address, name, value) => value && value !== USUAL[name] ? address.set(name, value) : address.delete(name);

function choose(name, value) {
  go(address => {
    set(address, name, value);
    if (name === "list") address.delete("window");
    if (name === "site") OF_ONE_SITE.forEach(other => address.delete(other));
  });
}

function clearFilters(names = ASKED) {
  go(address => names.forEach(name => address.delete(name)));
}

const filtered = () => [...OF_ONE_SITE, "published_within"].some(name => asked.has(name));

// The list that is shown as answers name it, and a list as people do.
const nameOfList = () => [form.elements.list.value, ...byId("window-label").hidden ? [] : [form.elements.window.value]].join(":");

const lowered = text => text.charAt(0).toLowerCase() + text.slice(1);

function listInWords(name) {
  const [list, span] = name.split(":"), named = (box, value) => [...box.options].find(option => option.value === value)?.text ?? value;
  return named(form.elements.list, list) + (span ? ` (${lowered(named(form.elements.window, span))})` : "");
}

// A box shows what was chosen, whether it is still on offer or not.
function offer(name, choices) {
  const box = form.elements[name], chosen = asked.get(name) ?? USUAL[name] ?? "";
  const offered = choices.some(([value]) => value === chosen) ? choices : [...choices, [chosen, chosen]];
  const told = JSON.stringify(offered);
  if (box.dataset.told !== told) {
    box.dataset.told = told;
    box.replaceChildren(...offered.map(([value, text]) => make("option", {value}, shortened(text, 40))));
  }
  box.value = chosen;
}

function showFilters(offers = {sections: [], tags: [], authors: []}) {
  for (const [name, every] of [["section", "sections"], ["tag", "tags"], ["author", "authors"]])
    offer(name, [["", "All"], ...offers[every].map(word => [word, word])]);
  offer("published_within", AGES);
  offer("limit", LENGTHS);
  const {list, window: span} = form.elements;
  list.value = asked.get("list") ?? USUAL.list;
  const usual = list.selectedOptions[0]?.dataset.window ?? "";
  show(byId("window-label"), usual);
  span.value = asked.get("window") ?? usual;
  siteChoice.value = asked.get("site");
  show(byId("clear"), ASKED.some(name => asked.has(name)));
  const words = [usual ? span.selectedOptions[0]?.text : "", ...["section", "tag", "author"].map(name => asked.get(name) ?? ""),
    asked.has("published_within") ? "published within " + (form.elements.published_within.selectedOptions[0]?.text ?? "") : ""];
  byId("list-h").replaceChildren(list.selectedOptions[0]?.text ?? "", make("span", {dir: "auto"}, words.filter(Boolean).map(word => shortened(word, 60)).join(" · ")));
}
