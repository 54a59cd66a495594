// The list of datasets: what the ETL made of each file that was uploaded.

import { call } from "/console/api.js";
import "/console/check.js";
import { datasetAddress, lookOf, titleOf } from "/console/dataset_names.js";
import "/console/drop.js";
import { written } from "/console/text.js";
import { follow } from "/console/uploads.js";
import { byId, cell, counted, element, fail, number, when, whileDisabled } from "/console/view.js";

const LIMIT = 100;
const section = byId("datasets");
const rows = byId("dataset-rows");

export const showDatasets = () => load();

async function load() {
  section.setAttribute("aria-busy", "true");
  try {
    const list = await call("GET", `/datasets/?limit=${LIMIT}`);
    rows.replaceChildren(...list.items.map(row));
    byId("datasets-failure").replaceChildren();
    describe(list);
  } catch (error) {
    fail(byId("datasets-failure"), error, load);
  } finally {
    section.removeAttribute("aria-busy");
  }
}

function describe({ items, truncated }) {
  byId("dataset-table").hidden = items.length === 0;
  let text = counted(items.length, "dataset", "datasets");
  if (truncated) text = `The newest ${text}`;
  if (items.length === 0) text = "Nothing was processed yet.";
  byId("datasets-count").textContent = text;
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

follow(load);
byId("refresh").addEventListener("click", (event) => whileDisabled(event.currentTarget, load));
