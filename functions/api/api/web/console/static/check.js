// What would become of a file, before any of it is uploaded.

import { showAdvice } from "/console/advice.js";
import { call } from "/console/api.js";
import { folderOf, writeDescription } from "/console/description.js";
import { sendAt, wantedFile } from "/console/uploads.js";
import { attempt, build, byId, element, number, whileDisabled } from "/console/view.js";

const LOOKED_AT = 1024 ** 2; // as much as the API takes
const place = byId("check");
const button = byId("check-file");

async function check() {
  const { file, key } = wantedFile() || {};
  if (!file) return;
  const query = new URLSearchParams({ key, size: file.size });
  const answer = await call("POST", `/datasets/checks?${query}`, { bytes: file.slice(0, LOOKED_AT) });
  const advice = element("div");
  const dismiss = element("button", "Close", { type: "button" });
  dismiss.addEventListener("click", () => {
    place.replaceChildren();
    button.focus();
  });
  showAdvice(advice, { advice: answer.advice, key, label: "Upload with this description", apply: (description, say) => uploadWith({ file, key, read: answer.description_etag }, description, say) });
  place.replaceChildren(build("div", { class: `note ${answer.status === "succeeded" ? "" : "warned"}` },
    build("div", { class: "head tight" }, element("p", verdict(answer)), dismiss), advice));
}

function verdict({ refusal, rows_in: all, rows_out: kept, is_complete: isWhole, warnings = [] }) {
  if (refusal) return `It would be refused: ${refusal.message}`;
  const of = isWhole ? "" : " of those looked at, its beginning";
  const [warning] = warnings;
  return `${number(kept)} of ${number(all)} rows would be kept${of}.${warning ? ` ${warning.message}` : ""}`;
}

// The description goes first: the file is cleaned as soon as it has arrived.
async function uploadWith({ file, key, read }, description, say) {
  const target = `${folderOf(key)}_source.json`;
  await writeDescription({ key: target, read }, description, () => say("Check again first: somebody wrote another description."));
  place.replaceChildren();
  await sendAt(file, key);
}

button.addEventListener("click", () => whileDisabled(button, () => attempt(check)));
