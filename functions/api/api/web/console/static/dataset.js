// One dataset as a page: its state, what was found unusual, and its parts, each with an address.

import { showAdvice } from "/console/advice.js";
import { call, Problem } from "/console/api.js";
import { showColumns } from "/console/dataset_columns.js";
import { datasetAddress, datasetCall, lookOf, titleOf, wantedDataset } from "/console/dataset_names.js";
import { showOverview } from "/console/dataset_overview.js";
import { showQuery } from "/console/dataset_query.js";
import { showRejected } from "/console/dataset_rejected.js";
import { showRows } from "/console/dataset_rows.js";
import { showRuns } from "/console/dataset_runs.js";
import { applyDescription } from "/console/description.js";
import { written } from "/console/text.js";
import { byId, element, fail, number } from "/console/view.js";
import { isFinished, nextReport } from "/console/waiting.js";

const section = byId("dataset");
const part = byId("dataset-part");
const PARTS = {
  overview: { title: "Overview", show: showOverview },
  rows: { title: "Rows", show: showRows, needsRows: true },
  rejected: { title: "Rejected", show: showRejected, needsRows: true },
  columns: { title: "Columns", show: showColumns, needsRows: true },
  query: { title: "Query", show: showQuery, needsRows: true },
  runs: { title: "Runs", show: showRuns },
};
let latest = 0;
let shown = null; // the dataset of the page, to go from part to part without asking again

export async function showDataset() {
  const turn = (latest += 1);
  const { name, query } = wantedDataset();
  const isCurrent = () => turn === latest;
  if (shown?.name !== name) forget();
  section.setAttribute("aria-busy", "true");
  try {
    if (!shown) {
      const dataset = await call("GET", datasetCall(name));
      if (!isCurrent()) return;
      shown = { ...dataset, name };
      head();
      if (!isFinished(shown.report)) renewWhenFinished(shown);
    }
    const wanted = isThere(query.get("part")) ? query.get("part") : "overview";
    tabs(wanted);
    const { body, isNew } = room(wanted, query);
    await PARTS[wanted].show(body, { dataset: shown, query, isCurrent, isNew });
    byId("dataset-failure").replaceChildren();
  } catch (error) {
    if (isCurrent()) lose(name, error);
  } finally {
    if (isCurrent()) section.removeAttribute("aria-busy");
  }
}

// The same page once more, from the beginning: a new run has come.
export function renewDataset() {
  forget();
  return showDataset();
}

// The page as it is once a run that is at work now has ended, if it is still looked at.
async function renewWhenFinished(dataset) {
  const isWanted = () => shown === dataset && wantedDataset()?.name === dataset.name;
  try {
    const next = await nextReport(dataset.name, dataset.report, { isWanted });
    if (next && isWanted()) await renewDataset();
  } catch (error) {
    if (isWanted()) lose(dataset.name, error);
  }
}

export function forget() {
  shown = null;
  for (const id of ["dataset-title", "dataset-status", "dataset-verdict", "dataset-advice", "dataset-tabs", "dataset-part", "dataset-failure"]) {
    byId(id).replaceChildren();
  }
  delete part.dataset.part;
}

function lose(name, error) {
  if (error instanceof Problem && error.status === 404 && !shown) byId("dataset-title").textContent = name;
  fail(byId("dataset-failure"), error, showDataset);
}

// ---- what stands above every part

function head() {
  const { name, report } = shown;
  byId("dataset-title").replaceChildren(written(titleOf(shown.name, report.source.key)));
  document.title = `${titleOf(name, report.source.key)} – ${document.querySelector("h1").textContent}`;
  const status = byId("dataset-status");
  status.textContent = report.status;
  status.className = `badge ${lookOf(report.status)}`;
  byId("dataset-verdict").replaceChildren(...verdict(report));
  showAdvice(byId("dataset-advice"), {
    advice: report.advice,
    key: report.source.key,
    label: "Write it and run again",
    apply: (description, say) => applyDescription({ name, report }, description, say),
  });
}

const AT_WORK = {
  publishing: "A run writes its files now.",
  processing: "Too large for one function: a Spark job cleans it.",
};

function verdict(report) {
  const said = [];
  const still = report.last_good ? ` Still there: ${number(report.last_good.rows_out)} rows of the file before.` : "";
  if (AT_WORK[report.status]) {
    said.push(element("p", `${AT_WORK[report.status]} This page tells when it is done.${still}`, { class: "note" }));
  }
  if (report.refusal) {
    const { message, line } = report.refusal;
    const how = report.status === "failed" ? "Failed" : "Refused";
    said.push(element("p", `${how}${line > 1 ? `, line ${line}` : ""}: ${message}.${still}`.replace("..", "."), { class: "note refused" }));
  }
  if (report.warnings?.length) {
    const list = element("ul", "", { class: "note warned" });
    list.append(...report.warnings.map(({ message }) => element("li", message)));
    said.push(list);
  }
  return said;
}

// A refused file has no rows of its own; those of the good one before are still there.
const hasRows = ({ report }) => report.rows_out !== undefined || Boolean(report.last_good);

const isThere = (id) => Object.hasOwn(PARTS, id) && (!PARTS[id].needsRows || hasRows(shown));

function tabs(current) {
  const known = Object.entries(PARTS).filter(([id]) => isThere(id));
  byId("dataset-tabs").replaceChildren(...known.map(([id, { title }]) => {
    const link = element("a", title, { href: datasetAddress(shown.name, id === "overview" ? "" : { part: id }) });
    if (id === current) link.setAttribute("aria-current", "page");
    if (id === "rejected" && shown.report.rejected) link.append(element("span", number(shown.report.rejected + (shown.report.duplicates || 0)), { class: "tally" }));
    return link;
  }));
}

// The same part keeps its elements: who sorts a column keeps the place of the keyboard.
function room(wanted) {
  const isNew = part.dataset.part !== wanted;
  if (isNew) {
    part.replaceChildren(element("div"));
    part.dataset.part = wanted;
  }
  return { body: part.firstElementChild, isNew };
}
