// Writing the description of a folder, and cleaning a file once more by it.

import { call } from "/console/api.js";
import { send } from "/console/uploads.js";
import { notify, number } from "/console/view.js";
import { nextReport } from "/console/waiting.js";

let renewed = () => {};

// `listener` is called when a dataset was made anew.
export function followDescription(listener) {
  renewed = listener;
}

export const folderOf = (key) => key.slice(0, key.lastIndexOf("/") + 1);

export async function applyDescription({ name, report }, description, say) {
  const key = `${folderOf(report.source.key)}_source.json`;
  const place = await call("POST", "/datasets/uploads", { body: { key } });
  say("Writing the description …");
  await send(place.url, new Blob([JSON.stringify(description, null, 2)], { type: "application/json" }));
  say("Running again …");
  await call("POST", "/datasets/runs", { body: { dataset: name } });
  const next = await nextReport(name, report);
  say("");
  if (next === null) return notify("The file is still being processed.");
  notify(`Ran again: ${number(next.rows_out)} of ${number(next.rows_in)} rows kept.`);
  return renewed(name);
}
