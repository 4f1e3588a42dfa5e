// Elements, numbers and the parts that several views share. Text from the model only ever becomes text nodes.

export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter(child => child !== null && child !== undefined));
  return node;
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
export const count = (number, one, many = one + "s") => `${whole.format(number)} ${number === 1 ? one : many}`;
export const number = value =>
  Number.isInteger(value) || Math.abs(value) >= 1000 ? whole.format(value) : value.toPrecision(4);

// How many users have played an item; nothing where the model has no plays.
export const users = (item, before = "") => item.plays === undefined ? "" : before + count(item.plays, "user");

export const userLink = user => `#/user/${encodeURIComponent(user)}`;
export const itemLink = item => `#/item/${encodeURIComponent(item)}`;
export const title = item => item.name ?? item.item;

// The size of a value as a bar, which has another color below 0.
export function meter(value, largest) {
  const share = largest > 0 ? Math.min(1, Math.abs(value) / largest) : 0;
  return svg("svg", { class: "meter", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: value < 0 ? "minus" : "", width: 100 * share, height: 4 }));
}

// A row of a list: a link, a number that `unit` names for those who cannot see where it stands, and a bar.
export function row(link, value, largest, unit, ...more) {
  return element("li", {},
    element("div", { class: "row" }, link,
      element("span", { class: "number" }, number(value), element("span", { class: "hidden" }, ` ${unit}`)), ...more),
    meter(value, largest));
}

export const itemAnchor = item =>
  element("a", { href: itemLink(item.item), title: item.name ? `id ${item.item}` : null }, title(item));

export function failure(error) {
  return element("p", { class: "error", role: "alert" }, error.message);
}

export function announce(text) {
  document.getElementById("status").textContent = text;
}
