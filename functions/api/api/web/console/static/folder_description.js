// The _source.json that counts for a file: what it says, and its end.

import { call } from "/console/api.js";
import { folderOf } from "/console/description.js";
import { attempt, build, byId, element, notify, when, whileDisabled } from "/console/view.js";

const dialog = byId("description-dialog");
const form = byId("description-form");
let wanted = null; // what the dialog is about: the description, and what is to follow its end

const callOf = (key) => `/datasets/descriptions?${new URLSearchParams({ key })}`;

// The one beside a key; null where there is none.
async function descriptionOf(key) {
  try {
    return await call("GET", callOf(key));
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

// Shows in `place` what counts for the file of a key. `read` is the ETag of the one that the file was
// read by, empty for none; undefined where it was not read yet. `removed` is called after an end.
export async function showFolderDescription(place, key, { read, removed = () => {}, isCurrent = () => true } = {}) {
  const found = await descriptionOf(key);
  if (!isCurrent()) return;
  place.replaceChildren(...(found ? [panel(found, read, removed)] : gone(key, read)));
}

const filesOf = (key) => (folderOf(key) ? `Files in ${folderOf(key)}` : "Files in no folder");

function gone(key, read) {
  if (!read) return [];
  return [element("p", `${filesOf(key)} have no description any more. Run again to read this one without it.`, { class: "note" })];
}

function panel(found, read, removed) {
  const { description, description_key: place, refusal, etag, last_modified: written } = found;
  const remove = element("button", "Remove", { type: "button" });
  remove.addEventListener("click", () => ask(found, removed));
  const parts = [];
  if (refusal) parts.push(element("p", `No file is read by it: ${refusal.message}`, { class: "note refused" }));
  else parts.push(element("pre", JSON.stringify(description, null, 2), { tabindex: "0", "aria-label": `What ${place} says` }));
  if (read !== undefined && read !== etag) {
    parts.push(element("p", "It was written after this run: run again to read the file by it.", { class: "note" }));
  }
  const since = element("span", `Since ${when(written)}.`, { class: "hint" });
  return build("details", { class: "advice" },
    build("summary", {}, `${filesOf(place)} are read as `, element("bdi", place), " says"),
    ...parts, build("div", { class: "buttons left" }, remove, since));
}

function ask(found, removed) {
  wanted = { found, removed };
  byId("description-what").textContent = `${filesOf(found.description_key)} are read without it from their next run on.`;
  dialog.showModal();
}

// Only the one that was looked at: somebody may have written another meanwhile.
async function remove() {
  const { found, removed } = wanted;
  await call("DELETE", callOf(found.description_key), { headers: { "If-Match": found.etag } });
  notify(`${found.description_key} is removed.`);
  await removed();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  whileDisabled(event.submitter, () => attempt(remove)).finally(() => dialog.close());
});
