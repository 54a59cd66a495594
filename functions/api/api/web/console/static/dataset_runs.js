// The runs of a dataset over time, and any two of them side by side.

import { call } from "/console/api.js";
import { datasetAddress, datasetCall, lookOf } from "/console/dataset_names.js";
import { runAgain } from "/console/description.js";
import { afterCursor, pager } from "/console/pager.js";
import { go } from "/console/place.js";
import { attempt, build, counted, element, number, when, whileDisabled } from "/console/view.js";
import { isJustFinished, untilListed } from "/console/waiting.js";

const LIMIT = 20;
let shown = null;

function furnish(body, dataset) {
  const to = (wanted, state) => go(datasetAddress(dataset.name, wanted), state);
  const pages = pager("Pages of runs", to);
  const count = element("p", "", { class: "count", role: "status" });
  const compare = element("button", "Compare the two", { type: "button", class: "main", hidden: "" });
  const again = element("button", "Run again", { type: "button" });
  again.addEventListener("click", () => whileDisabled(again, () => attempt(() =>
    runAgain(dataset, (text) => { count.textContent = text || count.textContent; }))));
  const list = element("div");
  const sides = element("div", "", { id: "two-runs" });
  compare.addEventListener("click", () => {
    if (shown.chosen.length !== 2) return;
    const wanted = new URLSearchParams(shown.query);
    wanted.delete("run");
    for (const id of shown.chosen) wanted.append("run", id);
    to(wanted, history.state);
  });
  body.append(build("div", { class: "head tight" }, count, build("div", { class: "buttons" }, again, compare)), list, pages.bar, sides);
  return { pages, count, compare, list, sides, chosen: [] };
}

export async function showRuns(body, { dataset, query, isCurrent, isNew }) {
  if (isNew) shown = furnish(body, dataset);
  shown.query = query;
  if (isJustFinished(dataset.report)) await untilListed(dataset.name, dataset.report);
  const asked = new URLSearchParams({ limit: LIMIT });
  if (query.get("cursor")) asked.set("cursor", query.get("cursor"));
  const answer = await call("GET", `${datasetCall(dataset.name, "runs")}?${asked}`);
  if (!isCurrent()) return;
  const two = query.getAll("run").slice(0, 2);
  shown.chosen = two.length === 2 ? two : answer.items.slice(0, 2).map(({ id }) => id);
  shown.count.textContent = words(answer);
  shown.compare.hidden = answer.items.length < 2 && two.length < 2;
  shown.list.replaceChildren(table(answer.items));
  shown.pages.show(query, afterCursor(answer));
  mark();
  if (two.length < 2) return void shown.sides.replaceChildren();
  const reports = await Promise.all(two.map((id) => reportOf(dataset.name, id)));
  if (isCurrent()) shown.sides.replaceChildren(sideBySide(reports));
}

const FEW = ["No run is listed yet.", "One run. Send the file again, and the two can be compared."];
const words = ({ items }) => FEW[items.length] || `${counted(items.length, "run", "runs")}, the newest first. Choose any two.`;

async function reportOf(name, id) {
  return (await call("GET", `${datasetCall(name, "runs")}?${new URLSearchParams({ id })}`)).report;
}

function choose(id, isChosen) {
  shown.chosen = shown.chosen.filter((one) => one !== id);
  if (isChosen) shown.chosen = [...shown.chosen.slice(-1), id]; // the third takes the place of the first
  mark();
}

function mark() {
  for (const box of shown.list.querySelectorAll("input")) box.checked = shown.chosen.includes(box.value);
  shown.compare.ariaDisabled = String(shown.chosen.length !== 2);
}

function table(runs) {
  const heads = ["Compare", "Finished", "Status", "Rows in", "Rows kept", "Duplicates", "Rejected", "Seconds"];
  const rows = runs.map((run) => {
    const box = element("input", "", { type: "checkbox", value: run.id, "aria-label": `Compare the run of ${when(run.finished_at)}` });
    box.addEventListener("change", () => choose(run.id, box.checked));
    const count = (value) => element("td", number(value), { class: "number" });
    return build("tr", {}, build("td", {}, build("label", { class: "choice" }, box)), element("td", when(run.finished_at)),
      build("td", {}, element("span", run.status, { class: `badge ${lookOf(run.status)}` })),
      count(run.rows_in), count(run.rows_out), count(run.duplicates), count(run.rejected), count(run.seconds));
  });
  const made = build("table", { class: "grid" }, element("caption", "Runs", { class: "unseen" }),
    build("thead", {}, build("tr", {}, ...heads.map((text, at) => element("th", text, { scope: "col", class: at > 2 ? "number" : "" })))),
    build("tbody", {}, ...rows));
  return build("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": "Runs" }, made);
}

// ---- two of them

const MONEY = { minimumFractionDigits: 2, maximumFractionDigits: 2 };

// What is compared: a name, and the value in a report.
function measures(reports) {
  const reasons = [...new Set(reports.flatMap(({ reasons: known = {} }) => Object.keys(known)))];
  return [
    ["Rows in", (report) => report.rows_in],
    ["Rows kept", (report) => report.rows_out],
    ["Duplicates", (report) => report.duplicates],
    ["Rejected", (report) => report.rejected],
    ...reasons.filter((reason) => reports.some((report) => report.reasons?.[reason] > 0))
      .map((reason) => [`Dropped: ${reason.replaceAll("_", " ")}`, (report) => report.reasons?.[reason] || 0]),
    ["Quantity", (report) => report.sums?.quantity],
    ["Quantity × price", (report) => report.sums?.amount, MONEY],
    ["Size in bytes", (report) => report.source.bytes],
  ];
}

const TEXTS = [
  ["Status", (report) => report.status],
  ["Finished", (report) => when(report.finished_at)],
  ["Order dates", ({ order_dates: dates }) => (dates?.first ? `${dates.first.slice(0, 10)} to ${dates.last.slice(0, 10)}` : "–")],
  ["Description", ({ reading }) => (Object.keys(reading?.description || {}).length ? JSON.stringify(reading.description) : "none")],
  ["Warnings", ({ warnings = [] }) => warnings.map(({ message }) => message).join("; ") || "none"],
  ["Refused", ({ refusal }) => refusal?.message || "no"],
];

function sideBySide(reports) {
  const [newer, older] = [...reports].sort((one, other) => (one.finished_at < other.finished_at ? 1 : -1));
  const shownAs = (value, form) => (Number.isFinite(value) ? value.toLocaleString(undefined, form) : "–");
  const numbers = measures(reports).map(([name, read, form]) => {
    const [after, before] = [read(newer), read(older)];
    const change = Number.isFinite(after) && Number.isFinite(before) ? after - before : null;
    const sign = change > 0 ? "+" : "";
    const words = change === null ? "–" : change === 0 ? "same" : `${sign}${shownAs(change, form)}`;
    return build("tr", { class: change ? "changed" : "" }, element("th", name, { scope: "row" }),
      element("td", shownAs(before, form), { class: "number" }), element("td", shownAs(after, form), { class: "number" }),
      element("td", words, { class: "number" }));
  });
  const texts = TEXTS.map(([name, read]) => {
    const [after, before] = [read(newer), read(older)];
    return build("tr", { class: after === before ? "" : "changed" }, element("th", name, { scope: "row" }),
      element("td", before), element("td", after), element("td", after === before ? "same" : "changed"));
  });
  const heads = ["", "Older run", "Newer run", "Change"];
  const made = build("table", { class: "grid sides" }, element("caption", "The two runs side by side"),
    build("thead", {}, build("tr", {}, ...heads.map((text) => (text ? element("th", text, { scope: "col" }) : element("td", ""))))),
    build("tbody", {}, ...texts, ...numbers));
  return build("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": "The two runs side by side" }, made);
}
