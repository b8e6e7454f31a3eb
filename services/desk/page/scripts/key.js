// The key, and what is asked with it. It stays in this tab and travels only where it is put: a cookie would go by itself.

const KEPT_KEY = "groundswell-desk-key", KEPT_BY = "groundswell-desk-by", PATIENCE = 8000;
const content = byId("content"), siteChoice = byId("site");

let key = kept(KEPT_KEY);

// Where a browser keeps nothing, the page remembers as long as it is open.
function kept(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {}
}

// Shows one of the plates, or the desk.
function stage(name) {
  for (const plate of ["key", "closed", "desk"]) show(byId(plate), plate === name);
  show(byId("tools"), name === "desk");
}

function askKey(refused) {
  key = null;
  keep(KEPT_KEY, null);
  clearTimeout(timer);
  standing = [];
  showLines();
  byId("lift").close();
  stage("key");
  say(byId("key-error"), refused ? "This key is not the right one. Is it the desk’s, and whole?" : "");
  const field = byId("key-field");
  field.setAttribute("aria-invalid", refused);
  field.value = "";
  field.focus();
}

// A refusal with its problem document; status 0 when there was no answer.
class Refused extends Error {
  constructor(status, problem) {
    super(problem.title);
    Object.assign(this, {status, problem});
  }
}

// Returns the body of the answer. Throws Refused; with a wrong key the page asks for another.
async function ask(method, path, query, body) {
  let answer, found;
  try {
    answer = await fetch(`${path}?${new URLSearchParams(query)}`.replace(/[?]$/, ""), {
      method, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE),
      headers: {authorization: `Bearer ${key}`, ...body && {"content-type": "application/json"}},
      ...body && {body: JSON.stringify(body)},
    });
    found = await answer.json();
  } catch {
    throw new Refused(0, {title: "The desk does not answer. Whether it took this, the list will show."});
  }
  if (answer.ok) return found;
  if (answer.status === 401) askKey(true);
  if (answer.status === 403) stage("closed");
  throw new Refused(answer.status, found);
}

// What was wrong, without the name of the field it stands under.
function refusalInWords({title = "", detail = "", field = ""}) {
  const named = `${field}: `, text = field && detail.startsWith(named) ? detail.slice(named.length) : detail;
  if (!text || text === detail && field) return title;
  return field ? text.charAt(0).toUpperCase() + text.slice(1) + "." : `${title} ${text}`;
}
