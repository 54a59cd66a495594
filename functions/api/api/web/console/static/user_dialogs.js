// The dialogs that create, change and delete a user. A change names the version that was shown.

import { call, Problem } from "/console/api.js";
import { visible, written } from "/console/text.js";
import { condition, userCall } from "/console/user_calls.js";
import { askForToken, byId, element, faultsOf, showFaults, whileDisabled } from "/console/view.js";

const FIELDS = ["name", "email", "role"];
const GONE = "This user is gone: it was deleted, or has another email now.";
const dialog = byId("user-dialog");
const form = byId("user-form");
const question = byId("delete-dialog");
const answer = byId("delete-form");
let shown = null; // the user in a dialog as the API last showed it; null for a new one
let tell = {};
let sent = {}; // the new user as it was last sent, and the key that names this attempt

export function edit(user, listeners) {
  [shown, tell, sent] = [user, listeners, {}];
  showFaults(form, []);
  byId("user-dialog-title").textContent = user ? "Edit user" : "New user";
  for (const name of FIELDS) form.elements[name].value = user ? user[name] : "";
  dialog.showModal();
}

// The same key for the same text: saving again after a lost answer creates nobody twice.
function creationKey(body) {
  const text = JSON.stringify(body);
  if (sent.text !== text) {
    const random = crypto.getRandomValues(new Uint8Array(16));
    sent = { text, key: Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("") };
  }
  return { "Idempotency-Key": sent.key };
}

async function save() {
  const isNew = shown === null;
  const body = {};
  for (const name of FIELDS) {
    const { value } = form.elements[name];
    if (isNew || value !== shown[name]) body[name] = value;
  }
  if (Object.keys(body).length === 0) return dialog.close();
  const user = isNew
    ? await call("POST", "/users/", { body, headers: creationKey(body) })
    : await call("PATCH", userCall(shown), { body, headers: await condition(shown) });
  dialog.close();
  return tell.saved(user, isNew);
}

// What somebody else changed is shown, what was typed here stays; saving again keeps it.
async function catchUp() {
  const current = await call("GET", userCall(shown));
  const theirs = FIELDS.filter((name) => current[name] !== shown[name]);
  for (const name of FIELDS) {
    const field = form.elements[name];
    if (field.value === shown[name]) field.value = current[name];
  }
  shown = current;
  tell.refreshed(current);
  const news = theirs.map((name) => `${name} is now “${visible(current[name])}”`).join(", ");
  const detail = `Somebody else changed this user meanwhile${news && `: ${news}`}. Save again to keep what you typed.`;
  showFaults(form, [{ name: "", detail }]);
}

export function askToDelete(user, listeners) {
  [shown, tell] = [user, listeners];
  showFaults(answer, []);
  showWho();
  question.showModal();
}

function showWho() {
  byId("delete-who").replaceChildren(
    written(shown.name), element("br"), written(shown.email), element("br"), written(shown.role),
  );
}

async function remove() {
  await call("DELETE", userCall(shown), { headers: await condition(shown) });
  question.close();
  tell.deleted(shown);
}

async function askAnew() {
  shown = await call("GET", userCall(shown));
  tell.refreshed(shown);
  showWho();
  showFaults(answer, [{ name: "", detail: "Somebody else changed this user meanwhile. This is the user now:" }]);
}

// Runs `act`; after a conflict `renew` brings the dialog up to date.
async function attempt(of, act, renew) {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 412 && renew) await attempt(of, renew);
    else if (error.status === 401) askForToken();
    else if (error.status === 404) showFaults(of, [{ name: "", detail: GONE }]);
    else if (error.status === 409) showFaults(of, [{ name: "email", detail: error.message }]);
    else showFaults(of, faultsOf(error));
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  whileDisabled(event.submitter, () => attempt(form, save, catchUp));
});
answer.addEventListener("submit", (event) => {
  event.preventDefault();
  whileDisabled(event.submitter, () => attempt(answer, remove, askAnew));
});
