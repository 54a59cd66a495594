// Writes the description of a folder, and has a file cleaned once more by it.

import { call } from "/console/api.js";
import { notify, number } from "/console/view.js";
import { nextReport } from "/console/waiting.js";

let renewed = () => {};

// `listener` is called when a dataset was made anew.
export function followDescription(listener) {
  renewed = listener;
}

export const folderOf = (key) => key.slice(0, key.lastIndexOf("/") + 1);

export async function applyDescription({ name, report }, description, say) {
  say("Writing the description …");
  await call("PUT", "/datasets/descriptions", { body: { key: report.source.key, description } });
  return runAgain({ name, report }, say);
}

// The same file by the description that is there now.
export async function runAgain({ name, report }, say) {
  say("Running again …");
  await call("POST", "/datasets/runs", { body: { dataset: name } });
  return hear({ name, report }, say);
}

async function hear({ name, report }, say) {
  const next = await nextReport(name, report);
  say("");
  if (next === null) return notify("The file is still being processed.");
  notify(`Ran again: ${number(next.rows_out)} of ${number(next.rows_in)} rows kept.`);
  return renewed(name);
}
