// Elements are made here and nowhere else: text stays text, and an address is one of the web or none.

const SVG = "http://www.w3.org/2000/svg";

const byId = id => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Returns whether the text is another than before.
function say(element, text) {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

function show(element, wanted) {
  element.hidden = !wanted;
}

// What somebody is reading or selecting is left alone as long as it is true.
function unlessSame(element, what, act) {
  const told = JSON.stringify(what);
  if (element.dataset.told === told) return;
  element.dataset.told = told;
  act();
}

function webAddress(text) {
  try {
    const address = new URL(text);
    return address.protocol === "https:" || address.protocol === "http:" ? address.href : null;
  } catch {
    return null;
  }
}

// Whatever a feed delivers, no title is longer than a screen.
function shortened(text, most) {
  return text.length > most ? Array.from(text).slice(0, most).join("") + "…" : text;
}

const announcement = byId("said");

// For those who listen: only what they asked for, and what they would otherwise miss.
function announce(text) {
  say(announcement, text);
}
