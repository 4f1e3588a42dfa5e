// Which view the address asks for, and the search that is on all of them.

import * as api from "./api.js";
import { announce, count, element, failure, itemLink, userLink } from "./dom.js";
import { itemView, tryView, userView } from "./lists.js";
import { mapView } from "./map.js";
import { searchBox } from "./search.js";
import { trainingView } from "./training.js";

const view = document.getElementById("view");
let about = null;
let shown = 0;

function startView() {
  return [
    element("h1", {}, "Explore the model"),
    element("p", {}, `${about.model} has ${count(about.users, "user")}, ${count(about.items, "item")} and `
      + `${count(about.plays, "play")}, and ${count(about.rank, "factor")} for each user and item.`),
    element("p", {}, "Search for a user to see the history beside the list, or for an item to see what is similar "
      + "to it. Press / to search from anywhere."),
    element("p", {}, element("a", { href: "#/try" }, "Try a few items"), ", look at the ",
      element("a", { href: "#/map" }, "map"), " of the most played, or see how the model was ",
      element("a", { href: "#/training" }, "trained"), "."),
  ];
}

function route() {
  const [name, ...parts] = location.hash.replace(/^#\/?/, "").split("/");
  const ids = parts.filter(part => part !== "").map(part => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  switch (name) {
    case "user": return ["", () => userView(ids[0] ?? "", about)];
    case "item": return ["", () => itemView(ids[0] ?? "", about)];
    case "try": return ["#/try", () => tryView(ids, about)];
    case "map": return ["#/map", mapView];
    case "training": return ["#/training", () => trainingView(about)];
    default: return ["#/", startView];
  }
}

async function show(isFirst) {
  const turn = ++shown;
  const [current, make] = route();
  for (const link of document.querySelectorAll("nav a"))
    if (link.getAttribute("href") === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  view.setAttribute("aria-busy", "true");
  let content;
  try {
    about ??= await api.model();
    document.getElementById("model").textContent = about.model;
    content = await make();
  } catch (error) {
    content = [element("h1", {}, "This cannot be shown"), failure(error)];
  }
  if (turn !== shown) return; // Another view was asked for meanwhile.
  view.replaceChildren(...content);
  view.removeAttribute("aria-busy");
  const heading = view.querySelector("h1").textContent;
  document.title = `${heading} – gpuals explore`;
  if (isFirst) return;
  scrollTo(0, 0);
  view.focus();
  announce(heading);
}

const { box, input } = searchBox({
  label: "Search users and items", hint: "Search users and items  ( / )", withUsers: true,
  chosen: option => { location.hash = option.kind === "user" ? userLink(option.id) : itemLink(option.id); },
});
document.getElementById("search").append(box);
document.addEventListener("keydown", event => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
  event.preventDefault();
  input.focus();
});
addEventListener("hashchange", () => show(false));
show(true);
