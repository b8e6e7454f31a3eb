// The table: a row for each article, kept as long as the article is on the list, so that it can go where it belongs.

const rows = new Map();
const table = byId("board"), tbody = byId("rows");
const headings = [...table.tHead.rows[0].cells];
const PLACED = {latest: "latest", pinned: "pinned", sponsored: "slot"};
const still = matchMedia("(prefers-reduced-motion: reduce)");

function newRow() {
  const cells = {}, row = make("tr", {role: "row"});
  for (const heading of headings) {
    const story = heading.classList.contains("story");
    const cell = make(story ? "th" : "td", {role: story ? "rowheader" : "cell", class: heading.className});
    if (story) cell.scope = "row";
    // On a phone, where columns are no more, each number says what it is.
    else cell.dataset.label = heading.textContent;
    cells[heading.classList[0] === "number" ? heading.classList[1] : heading.classList[0]] = cell;
    row.append(cell);
  }
  const parts = {
    picture: make("img", {alt: "", loading: "lazy", decoding: "async", referrerpolicy: "no-referrer"}),
    label: make("div", {class: "label", dir: "auto"}),
    title: make("a", {target: "_blank", rel: "noopener", dir: "auto"}),
    what: make("div", {class: "what"}),
    spark: spark(),
    rate: make("span"), bar: make("span", {class: "bar"}),
    views: make("span"), ever: make("small"), readers: make("span"),
    time: make("time"),
  };
  parts.picture.addEventListener("error", () => parts.picture.remove());
  const entry = {row, cells, parts, known: false, why: null};
  entry.ask = whyButton(entry);
  parts.what.append(make("div", {class: "words"}, parts.label, make("div", {class: "title"}, parts.title)), entry.ask);
  cells.story.append(parts.what);
  cells.spark.append(parts.spark.svg);
  cells.rate.append(parts.rate, parts.bar);
  cells.views.append(parts.views, parts.ever);
  cells.readers.append(parts.readers);
  cells.age.append(parts.time);
  return entry;
}

function showRow(entry, story, all) {
  const {cells, parts} = entry, {metrics} = story, windowed = metrics.window_views !== undefined;
  entry.story = story;
  // A slot stands beside the ranking.
  say(cells.rank, story.rank === null ? "" : String(story.rank));
  say(parts.label, shortened(story.label ?? "", 100));
  show(parts.label, story.label);
  entry.ask.setAttribute("aria-label", `Why: ${shortened(story.title, 300)}`);
  showMovement(cells.moved, story, all.compared);
  say(parts.title, shortened(story.title, 300));
  const address = webAddress(story.url);
  if (address) parts.title.href = address;
  else parts.title.removeAttribute("href");
  showPicture(parts, webAddress(story.thumbnail_url ?? story.image_url));
  say(cells.section, shortened(story.section ?? "", 60));
  showSpark(parts.spark, story.hours, all.moments);
  flashed(parts.rate, number(story.views_per_hour), entry.known);
  parts.bar.style.setProperty("--share", story.views_per_hour / (all.most || 1));
  flashed(parts.views, number(windowed ? metrics.window_views : metrics.views), entry.known);
  say(parts.ever, windowed ? ` of ${number(metrics.views)}` : "");
  flashed(parts.readers, number(story.reader_days), entry.known);
  const published = Date.parse(story.published_at);
  parts.time.dateTime = story.published_at;
  parts.time.title = wholeMoment(published);
  entry.published = published;
  entry.known = true;
}

function showMovement(cell, {movement, source}, compared) {
  let kind = "", text = "", heard = "";
  if (PLACED[source]) kind = text = PLACED[source];
  // Without a list of an hour ago everything would be new, which says nothing.
  else if (movement === null) kind = text = compared ? "new" : "";
  else if (movement) [kind, text, heard] = movement > 0 ? ["up", `▲ ${movement}`, `up ${movement}`] : ["down", `▼ ${-movement}`, `down ${-movement}`];
  else [text, heard] = ["–", "unmoved"];
  if (cell.dataset.told === text) return;
  cell.dataset.told = text;
  cell.replaceChildren(make("span", {class: kind, ...heard && {"aria-hidden": "true"}}, text), ...heard ? [make("span", {class: "unseen"}, heard)] : []);
}

function showPicture({picture, what}, address) {
  if (!address) return picture.remove();
  // One that did not load is not tried again.
  if (picture.src === address) return;
  picture.src = address;
  what.prepend(picture);
}

function showRows(stories, moments) {
  const all = {
    moments,
    most: Math.max(0, ...stories.map(story => story.views_per_hour)),
    compared: stories.some(story => story.movement !== null && !PLACED[story.source]),
  };
  const places = new Map([...rows.values()].map(({row}) => [row, row.getBoundingClientRect().top]));
  const wanted = stories.map(story => {
    const entry = rows.get(story.id) ?? newRow();
    rows.set(story.id, entry);
    showRow(entry, story, all);
    return entry;
  });
  const staying = new Set(stories.map(story => story.id));
  for (const [id, entry] of rows) if (!staying.has(id)) rows.delete(id), closeWhy(entry), entry.row.remove();
  table.classList.toggle("pictured", stories.some(story => webAddress(story.thumbnail_url ?? story.image_url)));
  document.documentElement.style.setProperty("--rows", Math.max(5, wanted.length));
  inOrder(wanted.flatMap(({row, why}) => why ? [row, why.row] : [row]));
  showAges(then() ?? Date.now());
  for (const {row} of wanted) glide(row, places.get(row));
}

function inOrder(wanted) {
  const focused = tbody.contains(document.activeElement) ? document.activeElement : null;
  wanted.forEach((row, n) => {
    if (tbody.rows[n] !== row) tbody.insertBefore(row, tbody.rows[n] ?? null);
  });
  // A row that moved has lost it.
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({preventScroll: true});
}

function showAges(now) {
  for (const {parts, published} of rows.values()) say(parts.time, age(published, now));
}

function glide(row, from) {
  for (const animation of row.getAnimations()) animation.cancel();
  if (still.matches) return;
  if (from === undefined) return void row.animate({opacity: [0, 1]}, {duration: 600});
  const by = from - row.getBoundingClientRect().top;
  if (by) row.animate({transform: [`translateY(${by}px)`, "none"]}, {duration: 900, easing: "cubic-bezier(.25,.8,.25,1)"});
}

// A number that moved is lit for a moment; of the past none has moved.
function flashed(element, text, known) {
  if (say(element, text) && known && then() === null) element.animate(
    {backgroundColor: ["color-mix(in srgb, var(--accent) 28%, transparent)", "transparent"]}, {duration: 2400, easing: "ease-out"});
}
