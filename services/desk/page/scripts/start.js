// What people press, and how the page begins.

function nameSite() {
  document.title = `${siteChoice.value}: the desk`;
  say(byId("name"), `${siteChoice.value}: the desk`);
}

// Opens the desk, as the address asks for it: a site, and perhaps an article.
async function open() {
  const asked = new URLSearchParams(location.search), site = asked.get("site");
  if ([...siteChoice.options].some(option => option.value === site)) siteChoice.value = site;
  nameSite();
  stage("desk");
  showAction();
  fields.by.value ||= kept(KEPT_BY) ?? "";
  await refresh();
  const id = asked.get("id");
  if (key === null || !id || fields.id.value) return;
  const override = standingOf(id);
  if (override) fillForm(override);
  else fillForm({id});
}

byId("key-form").addEventListener("submit", async event => {
  event.preventDefault();
  key = byId("key-field").value.trim();
  byId("key-field").value = "";
  keep(KEPT_KEY, key);
  await open();
  if (key !== null) content.focus();
});
byId("forget-button").addEventListener("click", () => askKey(false));

form.addEventListener("submit", event => {
  event.preventDefault();
  set();
});
form.addEventListener("change", ({target}) => {
  if (target.name === "action") showAction();
});
fields.id.addEventListener("input", lookSoon);
form.addEventListener("click", ({target}) => {
  const hours = Number(target.dataset?.hours);
  if (hours) fields.until.value = onTheWall(Date.now() + hours * HOUR + MINUTE);
});

byId("lift-form").addEventListener("submit", event => {
  event.preventDefault();
  lift();
});
byId("lift-cancel").addEventListener("click", () => lifting.close());

siteChoice.addEventListener("change", () => {
  history.replaceState(null, "", `?${new URLSearchParams({site: siteChoice.value})}`);
  standing = [];
  fields.id.value = "";
  forgetErrors();
  nameSite();
  showLines();
  look();
  refresh();
});
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden && !byId("desk").hidden) refresh();
});

say(byId("zone"), `The clock is yours (${Intl.DateTimeFormat().resolvedOptions().timeZone}).`);
if (content.dataset.access === "closed") stage("closed");
else if (key === null) askKey(false);
else open();
