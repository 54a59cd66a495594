// The rows that were dropped: line, reason, and the text as it stood in the file.

import { call } from "/console/api.js";
import { datasetAddress, datasetCall } from "/console/dataset_names.js";
import { saveCsv } from "/console/download.js";
import { afterCursor, pager, withoutPlace } from "/console/pager.js";
import { go } from "/console/place.js";
import { visible, written } from "/console/text.js";
import { attempt, build, counted, element, number, whileDisabled } from "/console/view.js";

const LIMIT = 50;
let shown = null;

const readable = (reason) => reason.replaceAll("_", " ");

function furnish(body, dataset) {
  const to = (wanted, state) => go(datasetAddress(dataset.name, wanted), state);
  const reasons = element("select");
  const text = element("input", "", { type: "search", autocomplete: "off", dir: "auto" });
  const form = build("form", { class: "bar", role: "search", "aria-label": "Filter rejected rows" },
    build("label", {}, "Reason", reasons), build("label", { class: "wide" }, "Original text contains", text),
    element("button", "Filter", { class: "main" }));
  const filter = () => {
    const wanted = withoutPlace(shown.query);
    for (const [name, { value }] of [["reason", reasons], ["contains", text]]) {
      if (value.trim()) wanted.set(name, value.trim());
      else wanted.delete(name);
    }
    to(wanted);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
  });
  reasons.addEventListener("change", filter);
  const pages = pager("Pages of rejected rows", to);
  const count = element("p", "", { class: "count", role: "status" });
  const csv = element("button", "CSV of these rows", { type: "button" });
  csv.addEventListener("click", () => whileDisabled(csv, () => attempt(() =>
    saveCsv(datasetCall(dataset.name, "rejected"), narrowed(shown.query), "rejected_rows.csv"))));
  const list = element("div");
  body.append(form, build("div", { class: "head tight" }, count, csv), list, pages.bar);
  return { reasons, text, pages, count, list };
}

function narrowed(query) {
  const wanted = new URLSearchParams();
  for (const name of ["reason", "contains"]) for (const value of query.getAll(name)) wanted.append(name, value);
  return wanted;
}

export async function showRejected(body, { dataset, query, isCurrent, isNew }) {
  if (isNew) shown = furnish(body, dataset);
  shown.query = query;
  fill(dataset.report, query);
  const asked = narrowed(query);
  asked.set("limit", LIMIT);
  if (query.get("cursor")) asked.set("cursor", query.get("cursor"));
  const answer = await call("GET", `${datasetCall(dataset.name, "rejected")}?${asked}`);
  if (!isCurrent()) return;
  shown.count.textContent = words(answer, query);
  shown.list.replaceChildren(table(answer.items));
  shown.pages.show(query, afterCursor(answer));
}

function fill({ reasons = {} }, query) {
  const known = Object.entries(reasons).filter(([, count]) => count > 0);
  shown.reasons.replaceChildren(element("option", "All reasons", { value: "" }), ...known.map(([reason, count]) =>
    element("option", `${readable(reason)} (${number(count)})`, { value: reason })));
  shown.reasons.value = query.get("reason") || "";
  shown.text.value = query.get("contains") || "";
}

function words({ items, total, next_cursor: next }, query) {
  if (total === 0) return "No row was dropped.";
  if (!query.has("reason") && !query.has("contains")) return `${counted(total, "row was", "rows were")} dropped.`;
  if (items.length === 0 && !next) return `None of the ${number(total)} dropped rows matches.`;
  return `Of ${counted(total, "dropped row", "dropped rows")}, those that match:`;
}

function table(items) {
  if (items.length === 0) return element("div");
  const rows = items.map(({ line, reason, detail, original }) => build("tr", {},
    build("td", { class: "number" }, number(line)),
    build("td", {}, element("span", readable(reason), { class: "badge" }), ...(detail ? [" ", written(detail)] : [])),
    build("td", { class: "original" }, element("code", visible(original), { dir: "auto" }))));
  const heads = [["Line", "number"], ["Reason", ""], ["Original text", ""]];
  const made = build("table", { class: "grid" }, element("caption", "Rows that were dropped", { class: "unseen" }),
    build("thead", {}, build("tr", {}, ...heads.map(([text, look]) => element("th", text, { scope: "col", class: look })))),
    build("tbody", {}, ...rows));
  return build("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": "Rows that were dropped" }, made);
}
