// The views with lists: a user, an item, and the items that a visitor types in.

import * as api from "./api.js";
import { searchBox } from "./search.js";
import { announce, count, element, failure, itemAnchor, number, row, title, userLink, users } from "./dom.js";

const shown = 20;
const largest = values => Math.max(0, ...values.map(Math.abs));

function list(heading, note, rows, empty) {
  const first = element("ol", { class: "rows" }, rows.slice(0, shown));
  const more = element("button", {
    type: "button", onclick: () => {
      first.append(...rows.slice(shown));
      more.remove();
      rows[shown].querySelector("a").focus();
    },
  }, `Show ${rows.length - shown} more`);
  return element("section", {}, element("h2", {}, heading), note && element("p", { class: "quiet" }, note),
    rows.length > 0 ? first : element("p", {}, empty), rows.length > shown ? more : null);
}

export async function userView(user, about) {
  const k = Math.min(shown, about.max_k);
  const [history, listed, neighbours] =
    await Promise.all([api.history(user), api.recommend(user, k), api.similarUsers(user, Math.min(8, k))]);
  const weights = largest(history.played.map(play => play.weight));
  const scores = largest(listed.items.map(item => item.score));
  const unit = about.feedback === "explicit" ? "rating" : "plays";
  const order = about.feedback === "explicit" ? "the best rated" : "the most played";
  const more = history.count > history.played.length
    ? `${order[0].toUpperCase()}${order.slice(1)} ${history.played.length} of ${count(history.count, "item")}.`
    : `${count(history.count, "item")}, ${order} first.`;
  return [
    element("h1", {}, user),
    element("p", { class: "quiet" }, `User of ${about.model}. `, neighbours.users.length > 0 ? "Similar users: " : "",
      ...neighbours.users.flatMap(({ user: near }, i) =>
        [i > 0 ? ", " : "", element("a", { href: userLink(near) }, near)])),
    element("div", { class: "sides" },
      list("History", more, history.played.map(play => row(itemAnchor(play.item), play.weight, weights, unit)),
        "This user has played nothing."),
      list("Recommended", about.can_explain ? "Why? shows the plays that made a score." : null,
        listed.items.map(item => recommended(user, item, scores, about)),
        "The list is empty: there is no item left to recommend, or this user has no plays above 0.")),
  ];
}

function recommended(user, item, scores, about) {
  if (!about.can_explain) return row(itemAnchor(item), item.score, scores, "score");
  const why = element("button", {
    class: "plain", type: "button", "aria-expanded": "false", "aria-label": `Why ${title(item)}?`,
    onclick: async () => {
      const open = line.querySelector(".reasons");
      open?.remove();
      why.setAttribute("aria-expanded", String(!open));
      if (!open) line.append(await reasons(user, item).catch(failure));
    },
  }, "Why?");
  const line = row(itemAnchor(item), item.score, scores, "score", why);
  return line;
}

async function reasons(user, item) {
  const found = await api.explain(user, item.item);
  const most = largest(found.plays.map(play => play.contribution));
  const others = found.other_plays > 0
    ? `${count(found.other_plays, "other play adds", "other plays add")} ${number(found.other_contributions)}, and the `
    : "The ";
  return element("div", { class: "reasons" },
    element("ol", {}, found.plays.map(play =>
      row(itemAnchor({ item: play.item, name: play.item_name }), play.contribution, most, "of the score"))),
    element("p", { class: "quiet" },
      `${others}rest is ${number(found.rest)}. Together that is the score, ${number(found.score)}.`));
}

export async function itemView(id, about) {
  const [item, near] = await Promise.all([api.item(id), api.similar(id, Math.min(shown, about.max_k))]);
  const most = largest(near.items.map(other => other.score));
  return [
    element("h1", {}, title(item)),
    element("p", { class: "quiet" },
      `Item of ${about.model}${item.name ? `, id ${item.item}` : ""}${users(item, ", played by ")}. `,
      element("a", { href: `#/try/${encodeURIComponent(item.item)}` }, "Try it")),
    element("div", { class: "sides" },
      list("Similar items", "The cosine of their factors.",
        near.items.map(other => row(itemAnchor(other), other.score, most, "cosine")), "Nothing is similar to it.")),
  ];
}

export async function tryView(ids, about) {
  const chosen = [];
  const chips = element("ul", { class: "chips", "aria-label": "Items that count as played" });
  const result = element("div", { "aria-live": "polite" });
  const { box, input } = searchBox({
    label: "Add an item", hint: "Add an item: part of its name or id", withUsers: false,
    chosen: option => add({ item: option.id, name: option.text }),
  });
  const weightName = about.feedback === "explicit" ? "Rating" : "Plays";
  const has = item => chosen.some(other => other.item === item.item);
  let asked = null;

  function add(item) {
    if (has(item)) return;
    chosen.push({ ...item, weight: about.default_weight });
    draw();
  }

  function draw() {
    chips.replaceChildren(...chosen.map((item, index) => element("li", {}, title(item),
      element("input", {
        type: "number", step: "any", value: item.weight, "aria-label": `${weightName} of ${title(item)}`,
        onchange: event => { item.weight = Number(event.target.value) || about.default_weight; update(); },
      }),
      element("button", {
        class: "plain", type: "button", "aria-label": `Remove ${title(item)}`,
        onclick: () => { chosen.splice(index, 1); draw(); input.focus(); },
      }, "×"))));
    const path = chosen.map(item => encodeURIComponent(item.item)).join("/");
    window.history.replaceState(null, "", path ? `#/try/${path}` : "#/try");
    update();
  }

  async function update() {
    asked?.abort();
    if (chosen.length === 0) {
      result.replaceChildren(element("p", { class: "quiet" }, "The list appears here as soon as there is an item."));
      return;
    }
    asked = new AbortController();
    const extra = {
      ...(about.has_times && { time: new Date().toISOString() }), ...(about.event && { event: about.event }),
    };
    try {
      const found = await api.recommendFor(
        chosen.map(({ item, weight }) => ({ item, weight, ...extra })), Math.min(shown, about.max_k), asked.signal);
      const most = largest(found.items.map(item => item.score));
      result.replaceChildren(list("Recommended", null,
        found.items.map(item => row(itemAnchor(item), item.score, most, "score")), "Nothing is left to recommend."));
      announce(`${count(found.items.length, "item")} recommended.`);
    } catch (error) {
      if (error.name !== "AbortError") result.replaceChildren(failure(error));
    }
  }

  for (const id of ids) {
    const item = await api.item(id).catch(() => null);
    if (item && !has(item)) chosen.push({ ...item, weight: about.default_weight });
  }
  draw();
  return [
    element("h1", {}, "Try items"),
    element("p", {}, "Choose a few items, as if someone had played them. The list is computed from these alone; the "
      + "model stays as it is."),
    box, chips, element("div", { class: "sides" }, result),
  ];
}
