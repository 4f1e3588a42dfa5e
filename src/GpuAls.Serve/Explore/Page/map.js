// The most played items in the plane. The list beside it is the same for those who do not point.

import * as api from "./api.js";
import { count, element, itemLink, svg, title, users } from "./dom.js";

const size = 640;
const margin = 24;
const labels = 24;

export async function mapView() {
  const { kept, points } = await api.map();
  const known = points.some(point => point.item.plays !== undefined);
  const plays = item => item.plays ?? 0;
  const most = Math.max(1, ...points.map(point => plays(point.item)));
  const at = value => margin + (size - 2 * margin) * (value + 1) / 2;
  const marks = points.map(({ item, x, y }) => svg("circle", {
    class: "point", cx: at(x), cy: at(-y), r: 3 + 9 * Math.sqrt(plays(item) / most),
    onclick: () => { location.hash = itemLink(item.item); },
  }, svg("title", {}, title(item) + users(item, ": "))));
  const light = (index, isOn) => () => marks[index].classList.toggle("chosen", isOn);
  return [
    element("h1", {}, "Map"),
    element("p", { class: "quiet" }, `The ${count(points.length, known ? "most played item" : "first item")} by the `
      + "directions of their factors, along the two principal components, which keep "
      + `${Math.round(100 * kept)} % of their variance. `
      + (known ? "A larger point has more users." : "")),
    element("div", { class: "sides" },
      element("div", { class: "box" },
        svg("svg", {
          class: "plot", viewBox: `0 0 ${size} ${size}`, role: "img",
          "aria-label": "Map of items; the list has the same items",
        }, marks, free(points, at).map(({ item, x, y }) =>
          svg("text", { class: "label", x: x + 7, y: y + 4 }, clip(title(item)))))),
      element("section", {}, element("h2", {}, known ? "Items, the most played first" : "Items"),
        element("ol", { class: "rows" }, points.slice(0, 100).map(({ item }, index) => element("li", {},
          element("div", { class: "row" },
            element("a", {
              href: itemLink(item.item), onmouseenter: light(index, true), onmouseleave: light(index, false),
              onfocus: light(index, true), onblur: light(index, false),
            }, title(item)),
            element("span", { class: "number" }, users(item)))))))),
  ];
}

const clip = text => text.length > 28 ? text.slice(0, 27) + "…" : text;

// Labels of the most played items, as far as they do not cover each other.
function free(points, at) {
  const taken = [];
  for (const { item, x, y } of points) {
    if (taken.length === labels) break;
    const label = { item, x: at(x), y: at(-y), width: 6.2 * clip(title(item)).length + 7 };
    const isFree = label.x + label.width < size && taken.every(other =>
      Math.abs(other.y - label.y) > 14 || other.x + other.width < label.x || label.x + label.width < other.x);
    if (isFree) taken.push(label);
  }
  return taken;
}
