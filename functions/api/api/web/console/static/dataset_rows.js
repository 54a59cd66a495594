// The rows that were kept: sorted, filtered, page after page, and as CSV.

import { call } from "/console/api.js";
import { datasetAddress, datasetCall } from "/console/dataset_names.js";
import { saveCsv } from "/console/download.js";
import { filters } from "/console/filters.js";
import { grid, renew } from "/console/grid.js";
import { afterCursor, pager, withoutPlace } from "/console/pager.js";
import { go } from "/console/place.js";
import { attempt, build, counted, element, number, whileDisabled } from "/console/view.js";

const LIMIT = 50;
const WANTED = ["where", "order"];
let shown = null; // what of this part is on the page

function furnish(body, dataset) {
  const to = (wanted, state) => go(datasetAddress(dataset.name, wanted), state);
  const filter = filters((conditions) => {
    const wanted = withoutPlace(shown.query);
    wanted.delete("where");
    for (const condition of conditions) wanted.append("where", condition);
    to(wanted);
  });
  const pages = pager("Pages of rows", to);
  const count = element("p", "", { class: "count", role: "status" });
  const table = element("div");
  const csv = element("button", "CSV of these rows", { type: "button" });
  csv.addEventListener("click", () => whileDisabled(csv, () => attempt(async () => {
    const isWhole = await saveCsv(datasetCall(dataset.name, "rows"), narrowed(shown.query), "rows.csv");
    count.textContent = isWhole ? `${shown.words} The file was written.` : `${shown.words} The file holds the first two million.`;
  })));
  body.append(filter.form, filter.chips, build("div", { class: "head tight" }, count, csv), table, pages.bar);
  return { filter, pages, count, table, to };
}

function narrowed(query) {
  const wanted = new URLSearchParams();
  for (const name of WANTED) for (const value of query.getAll(name)) wanted.append(name, value);
  return wanted;
}

export async function showRows(body, { dataset, query, isCurrent, isNew }) {
  if (isNew) shown = furnish(body, dataset);
  shown.query = query;
  const asked = narrowed(query);
  asked.set("limit", LIMIT);
  if (query.get("cursor")) asked.set("cursor", query.get("cursor"));
  const answer = await call("GET", `${datasetCall(dataset.name, "rows")}?${asked}`);
  if (!isCurrent()) return;
  const { columns } = answer;
  const sortBy = (order) => {
    const wanted = withoutPlace(shown.query);
    wanted.set("order", order);
    shown.to(wanted);
  };
  shown.words = words(answer, query);
  shown.count.textContent = shown.words;
  shown.filter.show(query.getAll("where"), columns);
  const rows = answer.items.map((item) => columns.map(({ name }) => item[name]));
  renew(shown.table, grid("Rows that were kept", columns, rows, { order: query.get("order"), sortBy }));
  shown.pages.show(query, afterCursor(answer));
}

function words({ items, matched, total, next_cursor: next }, query) {
  if (!query.has("where")) return `${counted(total, "row", "rows")}.`;
  if (items.length === 0) return `No row of ${number(total)} matches.`;
  if (matched === null) return next ? `The first of the rows that match, of ${number(total)}.` : `The last of the rows that match, of ${number(total)}.`;
  return `${number(matched)} of ${counted(total, "row", "rows")} ${matched === 1 ? "matches" : "match"}.`;
}
