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

// Only in place of the one that was looked at, whose ETag is `read`, empty for none: one that somebody
// wrote since stays, and `changed` is called.
export async function writeDescription({ key, read }, description, changed) {
  const headers = read ? { "If-Match": read } : { "If-None-Match": "*" };
  try {
    await call("PUT", "/datasets/descriptions", { body: { key, description }, headers });
  } catch (error) {
    if (error.status === 412) changed();
    throw error;
  }
}

// What was advised goes with the description of that run.
export async function applyDescription({ name, report }, description, say) {
  const { key, description_etag: read } = report.source;
  say("Writing the description …");
  try {
    await writeDescription({ key, read }, description, () => say("Run again first: this advice goes with another description."));
  } catch (error) {
    if (error.status !== 412) say("");
    throw error;
  }
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
