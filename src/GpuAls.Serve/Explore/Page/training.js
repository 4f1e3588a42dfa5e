// How the model was trained: its curve, what was measured, and the facts.

import { element, number, svg } from "./dom.js";

const width = 640;
const height = 280;
const edge = { left: 64, right: 16, top: 16, bottom: 36 };

export function trainingView(about) {
  const curves = [
    about.iterations.some(step => step.loss != null) && ["Loss", step => step.loss],
    about.metric && about.iterations.some(step => step.metric != null) && [about.metric, step => step.metric],
  ].filter(Boolean);
  const columns = [["Iteration", step => String(step.iteration)], ["Seconds", step => number(step.seconds)],
    ...curves.map(([name, of]) => [name, step => of(step) == null ? "" : String(Number(of(step).toPrecision(7)))])];
  return [
    element("h1", {}, "Training"),
    element("dl", { class: "box" }, about.facts.map(fact =>
      element("div", {}, element("dt", {}, fact.name), element("dd", {}, fact.value)))),
    about.metrics && metrics(about.metrics),
    element("div", { class: "sides" }, curves.map(([name, of]) => element("section", {},
      element("h2", {}, `${name} by iteration`), element("div", { class: "box" }, plot(name, of, about))))),
    curves.length === 0 && about.iterations.length > 0
      ? element("p", {}, "There is no curve: the model was trained without --loss and without --validation.") : null,
    about.iterations.length > 0
      ? table(columns, about.iterations)
      : element("p", {}, "It was imported: nothing is known of its training."),
  ].filter(Boolean);
}

function table(columns, iterations) {
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Iterations" },
    element("table", {}, element("caption", {}, "Iterations"),
      element("thead", {}, element("tr", {}, columns.map(([name]) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, iterations.map(step =>
        element("tr", {}, columns.map(([, text]) => element("td", {}, text(step))))))));
}

function metrics(values) {
  return element("section", {}, element("h2", {}, "Measured"), element("dl", { class: "box" },
    Object.entries(values).map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, number(value))))));
}

function plot(name, of, about) {
  const steps = about.iterations.filter(step => of(step) != null);
  const values = steps.map(of);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = Math.max(2, ...steps.map(step => step.iteration));
  const x = step => edge.left + (width - edge.left - edge.right) * (step.iteration - 1) / (last - 1);
  const y = value => edge.top + (height - edge.top - edge.bottom) * (high > low ? (high - value) / (high - low) : 0.5);
  const path = steps.map((step, i) => `${i === 0 ? "M" : "L"}${x(step).toFixed(1)} ${y(of(step)).toFixed(1)}`).join("");
  const best = steps.find(step => step.iteration === about.best_iteration);
  return svg("svg", {
    class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `${name} from ${number(values[0])} to ${number(values.at(-1))} after ${steps.length} iterations`,
  },
    [low, high].map(value =>
      svg("line", { class: "axis", x1: edge.left, x2: width - edge.right, y1: y(value), y2: y(value) })),
    svg("text", { x: edge.left - 8, y: y(high) + 4, "text-anchor": "end" }, number(high)),
    high > low ? svg("text", { x: edge.left - 8, y: y(low) + 4, "text-anchor": "end" }, number(low)) : null,
    svg("text", { x: edge.left, y: height - 12 }, "1"),
    svg("text", { x: width - edge.right, y: height - 12, "text-anchor": "end" }, `iteration ${last}`),
    svg("path", { class: "curve", d: path }),
    best && svg("circle", { class: "best", cx: x(best), cy: y(of(best)), r: 5 },
      svg("title", {}, `best: iteration ${best.iteration}`)));
}
