// A table of any columns: heads that sort, cells by their type, wide ones to scroll.

import { written } from "/console/text.js";
import { build, element } from "/console/view.js";

const NUMBERS = new Set(["integer", "number"]);
const MOST_DECIMALS = 6;

export const isNumber = (type) => NUMBERS.has(type);

// A missing value is not an empty text: it is shown as a dash that screen readers name.
export function shownCell(value, type, decimals = 0) {
  if (value === null || value === undefined) return element("span", "–", { class: "missing", title: "missing" });
  if (type === "number") return document.createTextNode(value.toLocaleString(undefined, { minimumFractionDigits: decimals, maximumFractionDigits: MOST_DECIMALS }));
  if (type === "integer") return document.createTextNode(value.toLocaleString());
  return written(String(value));
}

// As many decimals for a whole column as the value with the most of them has: points stand in line.
function decimalsOf(values) {
  const count = (value) => (Number.isFinite(value) ? (String(value).split("e")[0].split(".")[1] || "").length : 0);
  return Math.min(MOST_DECIMALS, Math.max(0, ...values.map(count)));
}

// `columns` are {name, type}; `order` is a column, with a minus before one that falls.
export function grid(label, columns, rows, { order, sortBy } = {}) {
  const head = columns.map(({ name, type }) => {
    const cell = element("th", "", { scope: "col", class: isNumber(type) ? "number" : "" });
    if (!sortBy) return build("th", { scope: "col", class: isNumber(type) ? "number" : "" }, written(name));
    const button = build("button", { type: "button", "data-column": name }, written(name));
    button.addEventListener("click", () => sortBy(order === name ? `-${name}` : name));
    const state = order === name ? "ascending" : order === `-${name}` ? "descending" : "none";
    cell.setAttribute("aria-sort", state);
    cell.append(button);
    return cell;
  });
  const decimals = columns.map((_, at) => decimalsOf(rows.map((row) => row[at])));
  const body = rows.map((row) => build("tr", {}, ...columns.map(({ type }, at) =>
    build("td", { class: isNumber(type) ? "number" : "" }, shownCell(row[at], type, decimals[at])))));
  const table = build("table", { class: "grid" }, element("caption", label, { class: "unseen" }),
    build("thead", {}, build("tr", {}, ...head)), build("tbody", {}, ...body));
  return build("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": label }, table);
}

// Keeps the keyboard at the head that was pressed, though the table is another one now.
export function renew(place, made) {
  const { column } = document.activeElement?.dataset || {};
  const scrolled = place.firstElementChild?.scrollLeft || 0;
  place.replaceChildren(made);
  made.scrollLeft = scrolled;
  if (column !== undefined) place.querySelector(`[data-column="${CSS.escape(column)}"]`)?.focus();
}
