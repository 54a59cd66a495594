// The first part of a dataset: what came in and what came out, charts, files.

import { call } from "/console/api.js";
import { showCharts } from "/console/charts.js";
import { datasetAddress, datasetCall } from "/console/dataset_names.js";
import { showFolderDescription } from "/console/folder_description.js";
import { build, element, number, when, whileDisabled } from "/console/view.js";

const UNITS = ["bytes", "kB", "MB", "GB"];
const FOR_PEOPLE = "report.html"; // comes first
const NO_TIME = "T00:00:00";

export async function showOverview(body, { dataset, isCurrent, isNew }) {
  if (!isNew) return;
  const charts = build("div", { class: "charts", id: "dataset-charts" });
  const parts = partsOf(dataset);
  const described = element("div", "", { id: "dataset-description" });
  body.append(
    tiles(dataset),
    charts,
    build("div", { class: "columns" },
      build("section", { "aria-labelledby": "facts-title" }, build("h3", { id: "facts-title" }, "The run"), facts(dataset.report)),
      build("section", { "aria-labelledby": "files-title" }, build("h3", { id: "files-title" }, "Files"), files(dataset), parts.body)),
    described,
  );
  await Promise.all([parts.show(), describe(described, dataset.report, isCurrent)]);
  if (dataset.report.rows_out) await showCharts(charts, dataset, isCurrent);
}

// What counts for the file now: it may be another description than the run's, or none any more.
function describe(place, { source }, isCurrent) {
  const read = source.description_etag || "";
  const again = () => showFolderDescription(place, source.key, { read, removed: again, isCurrent });
  return again();
}

function tiles({ name, report }) {
  const list = element("ul", "", { class: "tiles" });
  const tile = (label, value, address) => {
    const inside = [element("strong", number(value)), element("span", label)];
    const item = element("li");
    item.append(address ? build("a", { href: address }, ...inside) : build("div", {}, ...inside));
    return item;
  };
  if (report.rows_in === undefined) return list;
  list.append(
    tile("rows in", report.rows_in),
    tile("rows kept", report.rows_out, datasetAddress(name, { part: "rows" })),
    tile("duplicates", report.duplicates, datasetAddress(name, { part: "rejected" })),
    tile("rejected", report.rejected, datasetAddress(name, { part: "rejected" })),
  );
  return list;
}

function facts(report) {
  const known = [["File", report.source.key]];
  if (report.source.description_key) known.push(["Read as this says", report.source.description_key]);
  if (report.finished_at) known.push(["Finished", when(report.finished_at)]);
  for (const [reason, count] of Object.entries(report.reasons || {})) {
    if (count > 0) known.push([`Dropped: ${reason.replaceAll("_", " ")}`, number(count)]);
  }
  if (report.quantity?.filled) known.push(["Quantity filled with 1", number(report.quantity.filled)]);
  if (report.order_dates?.first) {
    const { first, last } = report.order_dates;
    known.push(["Order dates", `${first.replace(NO_TIME, "")} to ${last.replace(NO_TIME, "")}`]);
  }
  if (Number.isFinite(report.sums?.amount)) {
    const amount = report.sums.amount.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    known.push(["Quantity × price", amount]);
  }
  return build("dl", {}, ...known.flatMap(([term, text]) => [element("dt", term), element("dd", text)]));
}

function files({ report, downloads, expires_in: seconds }) {
  const sizes = { ...report.last_good?.outputs, ...report.outputs };
  const named = Object.entries(downloads);
  named.sort(([one], [other]) => (other === FOR_PEOPLE) - (one === FOR_PEOPLE));
  const list = element("ul", "", { class: "files" });
  for (const [name, url] of named) {
    const item = build("li", {}, element("a", name, { href: url, rel: "noreferrer", target: "_blank" }));
    const size = sizes[name]?.bytes;
    if (size !== undefined) item.append(element("span", readable(size), { class: "size" }));
    list.append(item);
  }
  const hint = `The links work for ${Math.floor(seconds / 60)} minutes.`;
  return build("div", {}, list, element("p", hint, { class: "hint" }));
}

// The files of the Spark job, a page of them at a time: the CSV files one after the other are the whole.
function partsOf({ name, report }) {
  const body = element("div");
  if (!(report.parts || report.last_good?.parts)?.length) return { body, show: async () => {} };
  const list = element("ul", "", { id: "dataset-parts", class: "files" });
  const more = element("button", "More parts", { type: "button", class: "quiet" });
  let start = 0;
  const show = async () => {
    const page = await call("GET", `${datasetCall(name, "parts")}?${new URLSearchParams({ start, limit: 20 })}`);
    for (const part of page.items) list.append(partLine(part));
    start = page.next_start;
    more.hidden = start === null;
  };
  more.addEventListener("click", () => whileDisabled(more, show));
  body.append(element("p", "In parts, for it was too large for one function. Their CSV files one after the other are the whole file.", { class: "hint" }), list, more);
  return { body, show };
}

function partLine(part) {
  const link = (kind) => element("a", kind === "rejected" ? "rejected rows" : kind, { href: part[kind].url, rel: "noreferrer", target: "_blank" });
  const size = element("span", `${number(part.rows)} rows, ${readable(part.csv.bytes)}`, { class: "size" });
  const links = build("span", {}, `Part ${part.number + 1}: `, link("csv"), " ", link("parquet"), " ", link("rejected"));
  return build("li", {}, links, size);
}

function readable(bytes) {
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${size.toLocaleString(undefined, { maximumFractionDigits: 1 })} ${UNITS[unit]}`;
}
