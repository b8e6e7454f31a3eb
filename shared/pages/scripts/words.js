// Numbers and moments as the reader's browser writes them.

const MINUTE = 60e3, HOUR = 3600e3, DAY = 24 * HOUR;

const NUMBER = new Intl.NumberFormat();
const number = value => NUMBER.format(value);
const AMOUNT = new Intl.NumberFormat(undefined, {maximumSignificantDigits: 3});
const amount = value => value >= 1000 ? number(Math.round(value)) : AMOUNT.format(value);

const inWords = options => {
  const format = new Intl.DateTimeFormat(undefined, options);
  return at => format.format(at);
};
const toTheMinute = inWords({hour: "numeric", minute: "2-digit"});
const toTheSecond = inWords({hour: "numeric", minute: "2-digit", second: "2-digit"});
const wholeHour = inWords({hour: "numeric"});
const weekday = inWords({weekday: "short"});
const wholeMoment = inWords({dateStyle: "medium", timeStyle: "short"});
const wholeDay = inWords({weekday: "short", day: "numeric", month: "short"});
const midnightOf = at => new Date(at).setHours(0, 0, 0, 0);

// Of today the time of day says enough.
const momentOf = (at, now = Date.now()) => midnightOf(at) === midnightOf(now) ? toTheMinute(at) : `${wholeDay(at)}, ${toTheMinute(at)}`;

// Not every time zone begins its hours when UTC does.
const hourOf = at => new Date(at).getMinutes() ? toTheMinute(at) : wholeHour(at);

function age(at, now) {
  const passed = Math.max(0, now - at);
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min`;
  if (passed < 2 * DAY) return `${Math.floor(passed / HOUR)} h`;
  if (passed < 365 * DAY) return `${Math.floor(passed / DAY)} d`;
  return `${Math.floor(passed / (365 * DAY))} y`;
}

const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;
