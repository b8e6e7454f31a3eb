// What is to be decided about an article.

const form = byId("decide"), fields = form.elements;
const SAYS = {
  pin: "It stands at this rank of Trending, and the others go round it.",
  boost: "Its views weigh so many times as much on Trending and Rising; 0.5 halves them. Counts stay what they are.",
  ban: "It is taken off every list, for readers and for feeds. It goes on being counted.",
  sponsor: "It stands at this place of Trending as a labelled slot, outside the ranking.",
};
const FIELDS = ["id", "position", "factor", "label", "until", "by", "reason"];

let found = null, looking = 0;

// While somebody types, so that nothing has to move when the button is pressed.
function lookSoon() {
  clearTimeout(looking);
  looking = setTimeout(look, 400);
}

function showAction() {
  const {value} = fields.action;
  for (const part of form.querySelectorAll("[data-of]")) {
    const wanted = part.dataset.of.split(" ").includes(value);
    show(part, wanted);
    for (const field of part.querySelectorAll("input")) field.disabled = !wanted;
  }
  say(byId("action-note"), SAYS[value]);
  say(byId("set-button"), `${value.charAt(0).toUpperCase()}${value.slice(1)} it`);
}

// As a clock on the wall would say it: what such a field holds has no time zone.
const onTheWall = at => new Date(at - new Date(at).getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);

function wrongField(name, text) {
  say(byId(`${name}-error`), text);
  byId(name).setAttribute("aria-invalid", Boolean(text));
}

function forgetErrors() {
  for (const name of FIELDS) wrongField(name, "");
  say(byId("form-error"), "");
  say(byId("done"), "");
}

// Asks which article is meant by an id, an alias or an address. Returns whether there is one.
async function look() {
  clearTimeout(looking);
  const named = fields.id.value.trim();
  if (named && found?.named === named) return true;
  found = null;
  show(byId("found"), false);
  wrongField("id", "");
  if (!named) return false;
  try {
    const article = await ask("GET", "v1/article", {site: siteChoice.value, [/^https?:/i.test(named) ? "url" : "id"]: named});
    if (fields.id.value.trim() !== named) return false;
    found = {...article, named};
    showFound();
    return true;
  } catch ({status, problem}) {
    if (fields.id.value.trim() === named) wrongField("id", status === 404 ? problem.title : refusalInWords(problem));
    return false;
  }
}

function showFound() {
  show(byId("found"), found);
  if (!found) return;
  const link = byId("found-title"), address = webAddress(found.url), standing = standingOf(found.id);
  say(link, shortened(found.title, 200));
  if (address) link.href = address;
  else link.removeAttribute("href");
  say(byId("found-now"), standing ? `${decided(standing)}, until ${momentOf(Date.parse(standing.until))}. What you decide takes its place.` : "");
}

function fillForm({id, action, position, factor, label, by, reason, until}) {
  forgetErrors();
  const given = {id, position, factor, label, reason, by, until: until && onTheWall(Date.parse(until))};
  if (action) fields.action.value = action;
  for (const [name, value] of Object.entries(given)) if (value !== undefined) fields[name].value = value;
  showAction();
  look();
}

function wanted() {
  const {value: action} = fields.action;
  const of = name => fields[name].disabled ? {} : {[name]: fields[name].type === "number" ? fields[name].valueAsNumber : fields[name].value.trim()};
  return {site: siteChoice.value, id: found.id, action, ...of("position"), ...of("factor"), ...of("label"),
    until: new Date(fields.until.value).toISOString(), by: fields.by.value.trim(), reason: fields.reason.value.trim()};
}

// The browser says in its reader's language what is missing.
function checked() {
  const wrong = FIELDS.filter(name => !fields[name].disabled && !fields[name].checkValidity());
  for (const name of wrong) wrongField(name, fields[name].validationMessage);
  if (wrong.length) fields[wrong[0]].focus();
  return !wrong.length;
}

async function set() {
  forgetErrors();
  if (!checked()) return;
  byId("set-button").disabled = true;
  try {
    if (!await look()) return fields.id.focus();
    const override = wanted(), {title} = found;
    await ask("PUT", "v1/override", {}, override);
    keep(KEPT_BY, override.by);
    say(byId("done"), `Done. ${decided(override)}: ${shortened(title, 200)}`);
    fields.id.value = fields.reason.value = "";
    await look();
  } catch (error) {
    const {problem} = error;
    if (!problem) throw error;
    if (FIELDS.includes(problem.field)) {
      wrongField(problem.field, refusalInWords(problem));
      fields[problem.field].focus();
    } else say(byId("form-error"), refusalInWords(problem));
  } finally {
    byId("set-button").disabled = false;
  }
  await refresh();
}
