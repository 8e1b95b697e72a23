// Elements, and what the parts of an explorer share.

const SVG = "http://www.w3.org/2000/svg";

function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element && element.namespaceURI !== SVG) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const make = (tag, attributes = {}, ...children) =>
  dress(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) =>
  dress(document.createElementNS(SVG, tag), attributes, children);

const newId = () => `lk-${Math.random().toString(36).slice(2)}`;
const sameValues = (left, right) => JSON.stringify(left) === JSON.stringify(right);
const clamp = (number, low, high) => Math.min(Math.max(number, low), high);
const plainText = (html) => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();

// The presentation switch: one class on the page, which every explorer follows and remembers.
const LARGER = "lk-presentation";
const isLarger = () => document.documentElement.classList.contains(LARGER);

function setLarger(larger) {
  document.documentElement.classList.toggle(LARGER, larger);
  try {
    localStorage.setItem(LARGER, larger ? "yes" : "");
  } catch { /* a page from file:// may not remember */ }
}

function rememberLarger() {
  try {
    if (localStorage.getItem(LARGER)) setLarger(true);
  } catch { /* a page from file:// may not remember */ }
}
