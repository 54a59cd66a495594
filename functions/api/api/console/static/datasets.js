// Datasets: what the ETL made, its files, and uploads straight to the landing bucket.

import { byId, call, element, report, say, when } from "/console/api.js";

const rows = byId("dataset-rows");
const upload = byId("upload");
const POLLS = 60;

export async function showDatasets() {
  try {
    const list = await call("GET", "/datasets/?limit=100");
    rows.replaceChildren(...list.items.map(row));
    byId("datasets-empty").hidden = list.items.length > 0;
    return list.items;
  } catch (error) {
    report(error);
    return [];
  }
}

function row(dataset) {
  const made = element("tr");
  const name = element("td", "", { "data-label": "Dataset" });
  const open = element("button", dataset.name, { type: "button" });
  open.addEventListener("click", () => show(dataset));
  name.append(open);
  made.append(name, element("td", dataset.status, { "data-label": "Status" }));
  const counts = {
    "Rows in": dataset.rows_in, "Rows out": dataset.rows_out,
    Duplicates: dataset.duplicates, Rejected: dataset.rejected,
  };
  for (const [label, count] of Object.entries(counts)) {
    const text = count === null ? "–" : count.toLocaleString();
    made.append(element("td", text, { "data-label": label, class: "number" }));
  }
  made.append(element("td", when(dataset.finished_at), { "data-label": "Finished" }));
  return made;
}

async function show(dataset) {
  let opened;
  try {
    opened = await call("GET", `/datasets/${encodeURIComponent(dataset.source_key)}`);
  } catch (error) {
    report(error);
    return;
  }
  byId("dataset-title").textContent = opened.name;
  byId("dataset-facts").replaceChildren(...facts(opened.report).flatMap(([term, text]) => [
    element("dt", term), element("dd", String(text)),
  ]));
  byId("dataset-files").replaceChildren(...Object.entries(opened.downloads).map(([name, url]) => {
    const item = element("li");
    item.append(element("a", name, { href: url, rel: "noreferrer", target: "_blank" }));
    return item;
  }));
  byId("dataset-dialog").showModal();
}

function facts(found) {
  const known = [["Source", found.source.key], ["Status", found.status]];
  if (found.refusal) known.push(["Why", found.refusal.message]);
  for (const [name, label] of [["rows_in", "Rows in"], ["rows_out", "Rows out"]]) {
    if (found[name] !== undefined) known.push([label, found[name].toLocaleString()]);
  }
  for (const [reason, count] of Object.entries(found.reasons || {})) {
    if (count > 0) known.push([reason.replaceAll("_", " "), count.toLocaleString()]);
  }
  if (found.order_dates) known.push(["Order dates", `${found.order_dates.first} to ${found.order_dates.last}`]);
  if (found.seconds !== undefined) known.push(["Seconds", found.seconds]);
  return known;
}

function send(url, file) {
  const progress = byId("progress");
  progress.hidden = false;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => { progress.value = event.loaded / (event.total || 1); };
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(`status ${request.status}`)));
    request.onerror = () => reject(new Error("the storage does not answer"));
    request.send(file);
  }).finally(() => { progress.hidden = true; });
}

async function waitFor(key, before) {
  for (let turn = 0; turn < POLLS; turn += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    const found = (await showDatasets()).find((one) => one.source_key === key);
    if (found && found.status !== "publishing" && found.finished_at !== before) {
      return say(`${key}: ${found.status}.`);
    }
  }
  return say(`${key} was sent; its report is not there yet.`);
}

upload.elements.file.addEventListener("change", () => {
  const [file] = upload.elements.file.files;
  if (file) upload.elements.key.value = file.name;
});
upload.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = upload.elements.file.files;
  const key = upload.elements.key.value;
  const button = upload.querySelector("button");
  button.disabled = true;
  try {
    const known = (await showDatasets()).find((one) => one.source_key === key);
    const place = await call("POST", "/datasets/uploads", { body: { key } });
    await send(place.url, file).catch((error) => { say(`The upload failed: ${error.message}.`); throw error; });
    say(`${key} was sent; waiting for its report.`);
    if (place.dataset) await waitFor(key, known && known.finished_at);
  } catch (error) {
    if (error.faults) say(error.faults.map((fault) => fault.detail).join("; ") || error.message);
  } finally {
    button.disabled = false;
  }
});
