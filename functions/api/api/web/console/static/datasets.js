// The list of datasets: what the ETL made of each file that was uploaded.

import { call } from "/console/api.js";
import "/console/check.js";
import { datasetAddress, lookOf, titleOf } from "/console/dataset_names.js";
import "/console/drop.js";
import { addressedList, rangeOf } from "/console/list.js";
import { listAddress } from "/console/list_address.js";
import { afterCursor, pageOf, withoutPlace } from "/console/pager.js";
import { written } from "/console/text.js";
import { follow } from "/console/uploads.js";
import { byId, cell, element, number, when, whileDisabled } from "/console/view.js";
import { untilListed } from "/console/waiting.js";

const PAGE = 50;
const count = byId("datasets-count");
const partial = byId("datasets-partial");
const address = listAddress("datasets", byId("find-datasets"), {
  filters: ["q", "status"], defaultSort: "-finished",
});
const list = addressedList("dataset", address, {
  ask, next: (_, answer) => afterCursor(answer), show, clear,
});
export const showDatasets = list.show;

function ask(query) {
  const asked = withoutPlace(query);
  asked.set("limit", PAGE);
  if (query.has("cursor")) asked.set("cursor", query.get("cursor"));
  return call("GET", `/datasets/?${asked}`);
}

function show({ items, total, truncated }, place) {
  byId("dataset-rows").replaceChildren(...items.map(row));
  byId("dataset-table").hidden = items.length === 0;
  // Before the last page, `truncated` says no more than that there is another one.
  partial.hidden = !(truncated && place.isLast);
  count.textContent = items.length === 0
    ? nothing(place.query)
    : rangeOf(place, { shown: items.length, size: PAGE, total }, ["dataset", "datasets"]);
}

function clear() {
  count.textContent = "";
  partial.hidden = true;
}

function nothing(query) {
  if (pageOf(query) > 1) return "Nothing is on this page any more.";
  return query.has("q") || query.has("status") ? "No dataset matches." : "Nothing was processed yet.";
}

function row(dataset) {
  const made = element("tr", "", { role: "row" });
  const name = element("th", "", { role: "rowheader", scope: "row", "data-label": "Dataset" });
  const open = element("a", "", { href: datasetAddress(dataset.name) });
  open.append(written(titleOf(dataset.name, dataset.source_key)));
  name.append(open);
  made.append(
    name,
    cell("Status", element("span", dataset.status, { class: `badge ${lookOf(dataset.status)}` })),
    cell("Rows in", number(dataset.rows_in), { class: "number" }),
    cell("Rows out", number(dataset.rows_out), { class: "number" }),
    cell("Duplicates", number(dataset.duplicates), { class: "number" }),
    cell("Rejected", number(dataset.rejected), { class: "number" }),
    cell("Finished", when(dataset.finished_at)),
  );
  return made;
}

address.form.elements.status.addEventListener("change", list.searchNow);
follow(async (name, report) => {
  await untilListed(name, report);
  await list.load();
});
byId("refresh").addEventListener("click", (event) => whileDisabled(event.currentTarget, list.load));
