// Going back: the list as it was at any minute of the last days. What was does not change, so nothing is asked again.

const KEPT = 7 * DAY;
const dayChoice = byId("then-day"), minuteChoice = byId("then-minute");

let turning = 0;

// The moment that is looked at; null for now.
const then = () => asked.has("at") ? Date.parse(asked.get("at")) : null;

function showThen() {
  const now = Date.now(), at = then(), day = midnightOf(at || now);
  document.documentElement.classList.toggle("past", at !== null);
  show(byId("past"), at !== null);
  say(byId("past-text"), at === null ? ""
    : `This is how it was: ${at ? momentOf(at, now) : "then"}. Nothing here moves. Views and readers, titles and what the filters offer are those of now.`);
  say(byId("unit"), at === null ? "views per hour now" : "views per hour then");
  say(byId("curve-name"), at === null ? "Views per hour, the last 24 hours" : "Views per hour, the 24 hours before");
  // Not under the finger of who is just choosing.
  if (turning) return;
  offerDays(now, day);
  minuteChoice.value = at ? Math.round((at - day) / MINUTE) : minuteChoice.max;
  sayMinute();
}

function offerDays(now, chosen) {
  const days = [];
  for (let day = midnightOf(now); day > now - KEPT - DAY; day = midnightOf(day - DAY / 2)) days.push(day);
  const names = days.map((day, n) => [String(day), ["Today", "Yesterday"][n] ?? wholeDay(day)]);
  unlessSame(dayChoice, names, () => dayChoice.replaceChildren(...names.map(([value, text]) => make("option", {value}, text))));
  dayChoice.value = String(chosen);
  const next = midnightOf(chosen + 1.5 * DAY);
  minuteChoice.min = Math.max(0, Math.ceil((now - KEPT - chosen) / MINUTE));
  minuteChoice.max = Math.floor((Math.min(now, next - 1) - chosen) / MINUTE);
}

const chosenMoment = () => Number(dayChoice.value) + minuteChoice.valueAsNumber * MINUTE;
const choosesNow = () => midnightOf(Date.now()) === Number(dayChoice.value) && minuteChoice.value === minuteChoice.max;

function sayMinute() {
  const text = choosesNow() ? "now" : momentOf(chosenMoment());
  say(byId("then-time"), text);
  minuteChoice.setAttribute("aria-valuetext", text);
}

// Who drags passes many minutes, and means the last.
function turn() {
  sayMinute();
  clearTimeout(turning);
  turning = setTimeout(() => {
    turning = 0;
    goTo(choosesNow() ? null : chosenMoment());
  }, 150);
}

function goTo(at) {
  clearTimeout(turning);
  turning = 0;
  if (at === then()) return;
  go(address => at === null ? address.delete("at") : address.set("at", new Date(at).toISOString().slice(0, 16) + "Z"),
    then() === null || at === null ? "pushState" : "replaceState");
  askAnew();
}

minuteChoice.addEventListener("input", turn);
dayChoice.addEventListener("change", () => {
  const wanted = minuteChoice.valueAsNumber;
  offerDays(Date.now(), Number(dayChoice.value));
  minuteChoice.value = wanted;
  turn();
});
byId("past-button").addEventListener("click", () => {
  goTo(null);
  minuteChoice.focus();
});
