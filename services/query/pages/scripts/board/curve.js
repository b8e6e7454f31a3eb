// The traffic of the site: at every moment the views of the hour before it, so that the present is a point like any other.

const curve = {box: byId("curve"), points: [], x: null, traffic: null, now: 0};
const hoursFold = byId("hours-fold");

function readCurve(traffic, now) {
  const to = Date.parse(traffic.to);
  curve.traffic = traffic;
  curve.now = Math.min(Math.max(now, to - HOUR), to);
  curve.points = traffic.hours.slice(0, -1).map(hour => ({at: Date.parse(hour.hour) + HOUR, views: hour.views}));
  const last = curve.points.at(-1);
  // Two points at one moment have no slope.
  if (last && curve.now - last.at < MINUTE) curve.points.pop();
  curve.points.push({at: curve.now, views: traffic.views_per_hour});
}

function showTraffic(traffic, now) {
  readCurve(traffic, now);
  say(byId("rate"), number(traffic.views_per_hour));
  say(byId("day"), number(traffic.views));
  drawCurve();
  showHours();
}

// The same for those who rather read, once they ask for it.
function showHours() {
  if (!hoursFold.open || !curve.traffic) return;
  const {hours} = curve.traffic;
  byId("hours").replaceChildren(...hours.map(({hour, views}, n) => make("tr", {role: "row"},
    make("th", {role: "rowheader", scope: "row"}, hourOf(Date.parse(hour)) + (n === hours.length - 1 && then() === null ? " (so far)" : "")),
    make("td", {role: "cell"}, number(views)))).reverse());
}

function drawCurve() {
  const {box, points} = curve, width = box.clientWidth, height = box.clientHeight;
  if (!width || !points.length) return;
  const letter = parseFloat(getComputedStyle(box).fontSize);
  const bottom = height - 1.7 * letter, top = 1.5 * letter, right = width - .6 * letter;
  const first = points[0].at, last = points.at(-1).at;
  const [most, step] = scale(Math.max(...points.map(point => point.views)));
  const x = curve.x = at => (at - first) / (last - first || 1) * right;
  const y = views => bottom - views / most * (bottom - top);
  const line = smooth(points.map(point => [x(point.at), y(point.views)]));
  const grid = [];
  for (let views = 0; views <= most; views += step) {
    const at = Math.round(y(views)) + .5;
    grid.push(draw("line", {class: views ? "grid" : "ground", x1: 0, x2: width, y1: at, y2: at}));
    if (views) grid.push(draw("text", {class: "scale", x: 0, y: at - .35 * letter}, number(views)));
  }
  box.replaceChildren(draw("svg", {role: "img", "aria-label": curveInWords(), width, height, viewBox: `0 0 ${width} ${height}`},
    ...grid, ...hourNames(x, bottom, right, letter),
    draw("path", {class: "area", d: `${line}L${right},${bottom}L0,${bottom}Z`}),
    draw("path", {class: "line", d: line}),
    draw("line", {class: "pointer", y1: top, y2: bottom, visibility: "hidden"}),
    draw("circle", {class: "end", cx: right, cy: y(points.at(-1).views), r: .36 * letter})));
}

function hourNames(x, bottom, right, letter) {
  const names = [];
  const every = right / 23 < 4.6 * letter / 3 ? 6 : 3;
  for (const {at} of curve.points.slice(0, -1)) {
    const hour = new Date(at).getHours(), place = x(at);
    if (hour % every || place < 1.5 * letter || place > right - (presentInWords().length + 2) * .7 * letter) continue;
    names.push(draw("line", {class: "tick", x1: place, x2: place, y1: bottom, y2: bottom + .35 * letter}),
      draw("text", {class: hour ? "hour" : "hour midnight", x: place, y: bottom + 1.5 * letter}, hour ? hourOf(at) : weekday(at)));
  }
  names.push(draw("text", {class: "hour present", x: right, y: bottom + 1.5 * letter}, presentInWords()));
  return names;
}

const presentInWords = () => then() === null ? "now" : toTheMinute(curve.now);

// The top of the scale and its step: 1, 2 or 5 of some power of ten, at most four steps.
function scale(most) {
  let step = 10 ** Math.floor(Math.log10(Math.max(most, 4) / 4));
  for (const times of [2, 2.5, 2]) if (most / step > 4) step *= times;
  return [Math.max(step, Math.ceil(most / step) * step), step];
}

// A line through all points that goes up and down where they do and nowhere else (Fritsch and Carlson, 1980).
function smooth(points) {
  const slopes = points.slice(1).map(([x, y], n) => (y - points[n][1]) / (x - points[n][0] || 1));
  const bends = points.map((_, n) => {
    const before = slopes[n - 1] ?? slopes[n] ?? 0, after = slopes[n] ?? before;
    return before * after <= 0 ? 0 : 2 * before * after / (before + after);
  });
  return points.map(([x, y], n) => {
    if (!n) return `M${x},${y}`;
    const [fromX, fromY] = points[n - 1], third = (x - fromX) / 3;
    return `C${fromX + third},${fromY + third * bends[n - 1]},${x - third},${y - third * bends[n]},${x},${y}`;
  }).join("");
}

function curveInWords() {
  const {points} = curve, first = points[0], present = points.at(-1);
  const peak = points.reduce((one, other) => other.views > one.views ? other : one);
  return `Views an hour of the whole site over 24 hours: ${number(first.views)} at ${hourOf(first.at)}, `
    + `most ${number(peak.views)} at ${peak === present ? "the end" : hourOf(peak.at)}, ${presentInWords()} ${number(present.views)}.`;
}

function pointAt(event) {
  const pointer = curve.box.querySelector(".pointer");
  if (!pointer) return;
  const across = event.clientX - curve.box.getBoundingClientRect().left;
  const near = curve.points.reduce((one, other) =>
    Math.abs(curve.x(other.at) - across) < Math.abs(curve.x(one.at) - across) ? other : one);
  filled(pointer, {x1: curve.x(near.at), x2: curve.x(near.at), visibility: "visible"}, []);
  say(byId("readout"), `${hourOf(near.at - HOUR)} to ${near.at === curve.now ? presentInWords() : hourOf(near.at)}: ${number(near.views)}`);
}

function pointNowhere() {
  curve.box.querySelector(".pointer")?.setAttribute("visibility", "hidden");
  say(byId("readout"), "");
}

curve.box.addEventListener("pointermove", pointAt);
curve.box.addEventListener("pointerleave", pointNowhere);
hoursFold.addEventListener("toggle", showHours);
new ResizeObserver(drawCurve).observe(curve.box);
