// A text field that finds users and items while one types: the combobox pattern of ARIA 1.2.

import * as api from "./api.js";
import { announce, count, element, title, users } from "./dom.js";

const pause = 150;

export function searchBox({ label, hint, withUsers, chosen }) {
  const id = `search-${Math.random().toString(36).slice(2)}`;
  const list = element("ul", { id, role: "listbox", "aria-label": label, hidden: true });
  const note = element("p", { hidden: true });
  const input = element("input", {
    type: "text", role: "combobox", "aria-label": label, "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": id, autocomplete: "off", spellcheck: "false", placeholder: hint,
  });
  let options = [];
  let active = -1;
  let asked = null;
  let timer = 0;

  function close() {
    asked?.abort();
    clearTimeout(timer);
    options = [];
    list.hidden = note.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(index) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = list.children[active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    const option = options[index];
    if (!option) return;
    input.value = "";
    close();
    chosen(option);
  }

  function show(found) {
    options = [
      ...(withUsers ? found.users : []).map(({ user, plays }) =>
        ({ kind: "user", id: user, text: user, note: `user, ${count(plays, "item")}` })),
      ...found.items.map(item =>
        ({ kind: "item", id: item.item, text: title(item), note: `item${users(item, ", ")}` })),
    ];
    list.replaceChildren(...options.map((option, index) => element("li", {
      id: `${id}-${index}`, role: "option", "aria-selected": "false",
      onpointerdown: event => event.preventDefault(), onclick: () => choose(index),
    }, option.text, element("span", {}, option.note))));
    list.hidden = options.length === 0;
    note.hidden = options.length > 0;
    note.textContent = `Nothing has “${input.value.trim()}” in its id or name.`;
    input.setAttribute("aria-expanded", String(options.length > 0));
    activate(options.length > 0 ? 0 : -1);
    announce(options.length > 0 ? `${count(options.length, "result")}.` : note.textContent);
  }

  async function look() {
    const text = input.value.trim();
    asked?.abort();
    if (text === "") return close();
    asked = new AbortController();
    try {
      show(await api.search(text, asked.signal));
    } catch (error) {
      if (error.name === "AbortError") return;
      close();
      note.hidden = false;
      note.textContent = error.message;
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", event => {
    const last = options.length - 1;
    if (event.key === "ArrowDown" && last >= 0) activate(active === last ? 0 : active + 1);
    else if (event.key === "ArrowUp" && last >= 0) activate(active <= 0 ? last : active - 1);
    else if (event.key === "Enter" && active >= 0) choose(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  return { box: element("div", { class: "combobox" }, input, list, note), input };
}
