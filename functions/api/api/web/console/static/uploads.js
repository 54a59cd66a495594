// Uploads: straight to the landing bucket, then waiting for what the ETL says of the file.

import { call, Problem } from "/console/api.js";
import { datasetAddress, lookOf } from "/console/dataset_names.js";
import { showFolderDescription } from "/console/folder_description.js";
import { askForToken, byId, element, faultsOf, number, showFaults, whileDisabled } from "/console/view.js";
import { nextReport, reportOf } from "/console/waiting.js";

const form = byId("upload");
const LARGEST = 5 * 1024 ** 3; // what one request to S3 carries
let finished = () => {};

// `listener` is told the dataset whose report has come, and the report.
export function follow(listener) {
  finished = listener;
}

// One line per upload: what is happening to it now.
function line(key) {
  const item = element("li");
  const bar = element("progress", "", { max: 1, "aria-label": key });
  byId("uploads").prepend(item);
  return {
    item,
    progress(share) {
      if (!bar.isConnected) item.replaceChildren(element("bdi", key), bar);
      bar.value = share;
    },
    say(text, ...links) {
      item.replaceChildren(element("bdi", key), element("span", text), ...links);
    },
  };
}

function send(url, file, progress = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => progress(event.loaded / (event.total || 1));
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(`the storage answered ${request.status}`)));
    request.onerror = () => reject(new Error("the storage does not answer, or the file changed"));
    request.send(file);
  });
}

async function waitFor(name, before, told) {
  told.say("sent, being cleaned …");
  const report = await nextReport(name, before, {
    tellOfJob: () => told.say("sent, too large for one function: a Spark job cleans it …"),
  });
  if (report === null) return told.say("was sent; its report is not there yet.");
  told.say(outcome(report), element("a", "Open the dataset", { href: datasetAddress(name) }));
  told.item.className = lookOf(report.status);
  return finished(name, report);
}

function outcome(report) {
  if (report.refusal) return `${report.status === "failed" ? "failed" : "was refused"}: ${report.refusal.message}`;
  if (report.rows_out === undefined) return `is ${report.status}.`;
  const [warning] = report.warnings || [];
  return `${number(report.rows_out)} of ${number(report.rows_in)} rows kept.${warning ? ` ${warning.message}` : ""}`;
}

async function carry(file, key, place) {
  const told = line(key);
  try {
    const before = place.dataset && await reportOf(place.dataset);
    told.progress(0);
    await send(place.url, file, told.progress);
    if (place.dataset) await waitFor(place.dataset, before, told);
    else told.say("was sent. It counts for the files that come to its folder from now on.");
  } catch (error) {
    told.say(`failed: ${error.message}.`);
    told.item.className = "bad";
  }
}

const isTooLarge = (file) => file.size > LARGEST;
const TOO_LARGE = "Over 5 GB: send it with an S3 client, or by POST /datasets/uploads with its bytes, in parts.";

// The file of the form and the key that it is to have; null where something is missing, which is said.
export function wantedFile() {
  const [file] = form.elements.file.files;
  const key = form.elements.key.value.trim();
  const faults = [];
  if (!file) faults.push({ name: "file", detail: "Choose a file." });
  else if (isTooLarge(file)) faults.push({ name: "file", detail: TOO_LARGE });
  if (file && !key) faults.push({ name: "key", detail: "must not be blank" });
  showFaults(form, faults);
  return faults.length > 0 ? null : { file, key };
}

async function start() {
  const wanted = wantedFile();
  if (!wanted) return;
  const { file, key } = wanted;
  const place = await call("POST", "/datasets/uploads", { body: { key } });
  form.reset();
  carry(file, key, place);
}

// Sends a file without asking anything; what is wrong with it stands in its line.
export async function sendAt(file, key) {
  try {
    if (isTooLarge(file)) throw new Problem({ detail: TOO_LARGE });
    await carry(file, key, await call("POST", "/datasets/uploads", { body: { key } }));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401) return askForToken();
    const told = line(key);
    told.item.className = "bad";
    told.say(faultsOf(error)[0].detail);
  }
  return undefined;
}

// By what the file would be read there, before it is sent.
let asked = 0;
async function showDescription() {
  const turn = (asked += 1);
  const place = byId("folder-description");
  const key = form.elements.key.value.trim();
  const isCurrent = () => turn === asked;
  try {
    if (!key) throw new Problem({ status: 422 });
    await showFolderDescription(place, key, { removed: showDescription, isCurrent });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (isCurrent()) place.replaceChildren(); // no key yet; what is wrong with it is said on sending
  }
}

form.elements.file.addEventListener("change", () => {
  const [file] = form.elements.file.files;
  if (file) form.elements.key.value = file.name;
  return showDescription();
});
form.elements.key.addEventListener("change", showDescription);
form.addEventListener("reset", () => byId("folder-description").replaceChildren());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  whileDisabled(event.submitter, async () => {
    try {
      await start();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401) askForToken();
      else showFaults(form, faultsOf(error));
    }
  });
});
