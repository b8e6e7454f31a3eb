// What the newsroom has decided about an article, in words.

const DECIDED = {
  pin: ({position}) => `Pinned to place ${number(position)}`,
  ban: () => "Banned from every list",
  boost: ({factor}) => `Boosted: weighs ${amount(factor)} times as much`,
  sponsor: ({position, label}) => `Sponsored at place ${number(position)}, as “${shortened(label, 100)}”`,
};

const decided = override => (DECIDED[override.action] ?? (() => override.action))(override);

const sinceAndUntil = ({since, until}, now) =>
  `since ${momentOf(Date.parse(since), now)}, until ${momentOf(Date.parse(until), now)}`;

const timeLeft = ({until}, now) => `${age(now, Date.parse(until))} left`;

// Where the desk's page is asked about one article.
function deskAddress(desk, site, id) {
  const address = new URL(desk);
  address.search = new URLSearchParams({site, ...id && {id}});
  return address.href;
}
