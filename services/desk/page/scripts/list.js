// The overrides in force, and lifting one of them.

const EVERY = 10e3;
const lines = new Map(), list = byId("decisions"), lifting = byId("lift");

let standing = [], timer = 0, lifted = null;

const standingOf = id => standing.find(override => override.id === id);

async function refresh() {
  clearTimeout(timer);
  const site = siteChoice.value;
  try {
    const {overrides} = await ask("GET", "v1/overrides", {site});
    if (site !== siteChoice.value) return;
    standing = overrides;
    show(byId("away"), false);
    showLines();
    showFound();
  } catch ({status, problem}) {
    if (status === 401 || status === 403) return;
    show(byId("away"), true);
    say(byId("away-text"), status === 0 ? "The desk does not answer. What is shown is what it said last; it is asked again every few seconds."
      : refusalInWords(problem ?? {}));
  }
  if (!document.hidden && key !== null) timer = setTimeout(refresh, EVERY);
}

function newLine(id) {
  const parts = {decision: make("p", {class: "decision"}), title: make("bdi"), by: make("bdi"), times: make("span"), left: make("span", {class: "left"})};
  const change = make("button", {type: "button"}, "Change"), lift = make("button", {type: "button"}, "Lift");
  const li = make("li", {},
    make("div", {}, parts.decision, make("p", {class: "of"}, parts.title), make("p", {class: "note"}, parts.by, " ", parts.times, " ", parts.left)),
    make("div", {class: "acts"}, change, lift));
  const line = {li, parts, change, lift, override: null};
  change.addEventListener("click", () => {
    fillForm(line.override);
    fields.until.focus();
  });
  lift.addEventListener("click", () => openLift(line.override));
  lines.set(id, line);
  return line;
}

function showLines() {
  const now = Date.now();
  const wanted = standing.map(override => {
    const line = lines.get(override.id) ?? newLine(override.id), {parts} = line, title = shortened(override.title ?? override.id, 200);
    line.override = override;
    say(parts.decision, decided(override));
    say(parts.title, title);
    say(parts.by, `${shortened(override.by, 100)}: ${shortened(override.reason, 500)}`);
    say(parts.times, `(${sinceAndUntil(override, now)})`);
    say(parts.left, timeLeft(override, now));
    line.change.setAttribute("aria-label", `Change: ${title}`);
    line.lift.setAttribute("aria-label", `Lift: ${title}`);
    return line.li;
  });
  for (const [id, {li}] of lines) if (!standingOf(id)) lines.delete(id), li.remove();
  wanted.forEach((li, n) => {
    if (list.children[n] !== li) list.insertBefore(li, list.children[n] ?? null);
  });
  show(list, wanted.length);
  show(byId("none"), !wanted.length);
  say(byId("how-many"), wanted.length ? number(wanted.length) : "");
}

function openLift(override) {
  lifted = override;
  say(byId("lift-what"), `${decided(override)}: ${shortened(override.title ?? override.id, 200)}`);
  byId("lift-by").value = fields.by.value || kept(KEPT_BY) || "";
  byId("lift-reason").value = "";
  for (const name of ["lift-by", "lift-reason"]) wrongField(name, "");
  say(byId("lift-error"), "");
  lifting.showModal();
}

async function lift() {
  const by = byId("lift-by"), reason = byId("lift-reason").value.trim(), {id} = lifted, what = byId("lift-what").textContent;
  wrongField("lift-by", by.validationMessage);
  if (!by.checkValidity()) return by.focus();
  try {
    await ask("DELETE", "v1/override", {site: siteChoice.value, id, by: by.value.trim(), ...reason && {reason}});
    keep(KEPT_BY, by.value.trim());
  } catch ({status, problem}) {
    if (status === 401 || status === 403) return;
    const field = `lift-${problem.field}`;
    if (status === 404) say(byId("done"), "It was over already.");
    else if (byId(`${field}-error`)) return wrongField(field, refusalInWords(problem));
    else return void say(byId("lift-error"), refusalInWords(problem));
    lifting.close();
    return refresh();
  }
  lifting.close();
  await refresh();
  say(byId("done"), `Lifted. ${what}`);
  byId("standing-h").focus();
}
