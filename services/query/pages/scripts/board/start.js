// What people press, and how the page begins.

const root = document.documentElement;

form.addEventListener("change", ({target}) => {
  choose(target.name, target.value);
  askAnew();
});
form.addEventListener("submit", event => event.preventDefault());
siteChoice.addEventListener("change", () => {
  choose("site", siteChoice.value);
  askAnew();
});
for (const [id, names] of [["clear"], ["none-button"], ["wrong-button", ["site", "at", ...ASKED]]]) byId(id).addEventListener("click", () => {
  clearFilters(names);
  askAnew();
  content.focus();
});
addEventListener("popstate", () => {
  readAddress();
  askAnew();
});

byId("key-form").addEventListener("submit", event => {
  event.preventDefault();
  key = byId("key-field").value.trim();
  byId("key-field").value = "";
  content.focus();
  askAnew();
});

setupButton.addEventListener("click", () => openSetup(setup.hidden));
byId("advice-button").addEventListener("click", () => {
  openSetup(true);
  setupButton.focus();
});

function toggleWall() {
  go(address => address.has("wall") ? address.delete("wall") : address.set("wall", ""));
  drawCurve();
}
byId("wall-button").addEventListener("click", toggleWall);
addEventListener("keydown", event => {
  if (event.key === "Escape" && root.classList.contains("wall")) toggleWall();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) stop();
  else if (!settled && ["board", "loading"].includes(root.dataset.stage)) ask();
});

// Folded where they would push the list off the screen.
const narrow = matchMedia("(max-width: 45rem)");
const fold = () => byId("choices").open = !narrow.matches;
narrow.addEventListener("change", fold);
fold();

readAddress();
showFilters();
// Not of whatever name an address may carry.
if (siteChoice.selectedOptions.length) showSnippets(siteChoice.value, ANY_ARTICLE);
nameSite();
if (content.dataset.access === "closed") stage("closed");
else if (content.dataset.access === "key") askKey(false);
else {
  startOver();
  askAnew();
}
