// 24 hours of one article in the space of a word: a bar for each hour, the running one last.

const SPARK_WIDTH = 120, SPARK_HEIGHT = 30;

function spark() {
  const ground = draw("path", {class: "ground", d: `M0,${SPARK_HEIGHT - .5}H${SPARK_WIDTH}`});
  const past = draw("path", {class: "past"}), running = draw("path", {class: "running"});
  const svg = draw("svg", {role: "img", viewBox: `0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`, preserveAspectRatio: "none"}, ground, past, running);
  return {svg, past, running};
}

function showSpark({svg, past, running}, hours, moments) {
  const most = Math.max(...hours), wide = SPARK_WIDTH / hours.length;
  const bars = hours.map((views, n) => {
    // One view is little, but it is not none.
    const high = views && Math.max(1.5, views / (most || 1) * (SPARK_HEIGHT - 1));
    return high ? `M${n * wide + .6},${SPARK_HEIGHT}v${-high}h${wide - 1.2}v${high}z` : "";
  });
  running.setAttribute("d", bars.pop());
  past.setAttribute("d", bars.join(""));
  const peak = hours.indexOf(most);
  svg.setAttribute("aria-label", most
    ? `Most views at ${hourOf(moments[peak])}: ${number(most)}. This hour so far: ${number(hours.at(-1))}.`
    : "No views in 24 hours.");
}
