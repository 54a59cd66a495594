// The report of one dataset; its address can be kept, shared and gone back from.

import { call, Problem } from "/console/api.js";
import { askForToken, byId, counted, element, notify, number, when } from "/console/view.js";

const dialog = byId("dataset-dialog");
const UNITS = ["bytes", "kB", "MB", "GB"];
const FOR_PEOPLE = "report.html"; // comes first
const NO_TIME = "T00:00:00";
let arrivedByLink = false; // the list is one step back

export const reportAddress = (name) => `#datasets/${encodeURIComponent(name)}`;

// An escaped name is for addresses; people read the key.
export const titleOf = (name, key) => (name.startsWith("~") ? key : name);

// The dataset that the address names; null for none.
export function wantedReport() {
  const [, name] = location.hash.match(/^#datasets\/(.+)$/) || [];
  try {
    return name ? decodeURIComponent(name) : null;
  } catch {
    return null; // cut off in the middle of a character
  }
}

export async function openReport(wanted) {
  let opened;
  try {
    opened = await call("GET", `/datasets/${encodeURIComponent(wanted)}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    leave();
    if (error.status === 401) askForToken();
    else notify(`${wanted}: ${error.message}`);
    return;
  }
  if (wantedReport() !== wanted) return; // the user went on meanwhile
  const { report } = opened;
  byId("dataset-title").textContent = titleOf(opened.name, report.source.key);
  byId("dataset-refusal").hidden = !report.refusal;
  byId("dataset-refusal").textContent = report.refusal ? refusalText(report.refusal) : "";
  byId("dataset-facts").replaceChildren(...facts(report).flatMap(([term, text]) => [
    element("dt", term), element("dd", text),
  ]));
  byId("dataset-files").replaceChildren(...files(opened));
  byId("dataset-expiry").textContent = `The links work for ${Math.floor(opened.expires_in / 60)} minutes.`;
  if (!dialog.open) dialog.showModal();
}

export function closeReport() {
  dialog.close();
}

const refusalText = ({ message, line }) => `Refused${line > 1 ? `, line ${line}` : ""}: ${message}`;

function facts(report) {
  const known = [["File", report.source.key]];
  if (report.finished_at) known.push(["Finished", when(report.finished_at)]);
  if (report.rows_in !== undefined) known.push(["Rows in", number(report.rows_in)]);
  if (report.rows_out !== undefined) known.push(["Rows out", number(report.rows_out)]);
  for (const [reason, count] of Object.entries(report.reasons || {})) {
    if (count > 0) known.push([`Dropped: ${reason.replaceAll("_", " ")}`, number(count)]);
  }
  if (report.quantity?.filled) known.push(["Quantity filled with 1", number(report.quantity.filled)]);
  if (report.order_dates?.first) {
    const { first, last } = report.order_dates;
    known.push(["Order dates", `${first.replace(NO_TIME, "")} to ${last.replace(NO_TIME, "")}`]);
  }
  if (report.last_good) known.push(["Still there", `${counted(report.last_good.rows_out, "row", "rows")} of the file before`]);
  return known;
}

function files({ report, downloads }) {
  const sizes = { ...report.last_good?.outputs, ...report.outputs };
  const named = Object.entries(downloads);
  named.sort(([one], [other]) => (other === FOR_PEOPLE) - (one === FOR_PEOPLE));
  return named.map(([name, url]) => {
    const item = element("li");
    const size = sizes[name]?.bytes;
    item.append(element("a", name, { href: url, rel: "noreferrer", target: "_blank" }));
    if (size !== undefined) item.append(element("span", readable(size), { class: "size" }));
    return item;
  });
}

function readable(bytes) {
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${size.toLocaleString(undefined, { maximumFractionDigits: 1 })} ${UNITS[unit]}`;
}

function leave() {
  const listIsBehind = arrivedByLink;
  arrivedByLink = false;
  if (wantedReport() === null) return; // closed by going back
  if (listIsBehind) history.back();
  else history.replaceState(null, "", "#datasets");
}

dialog.addEventListener("close", leave);
document.addEventListener("click", (event) => {
  if (event.target.closest?.('a[href^="#datasets/"]')) arrivedByLink = true;
});
