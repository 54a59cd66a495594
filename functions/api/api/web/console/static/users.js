// The list of users: what it is searched for, and how many there are of what was found.

import { call } from "/console/api.js";
import { addressedList, rangeOf } from "/console/list.js";
import { pageOf } from "/console/pager.js";
import { suggestRoles } from "/console/roles.js";
import { lookAtServices } from "/console/services.js";
import { visible } from "/console/text.js";
import { callFor, following, isSearch, PAGE, userAddress } from "/console/user_address.js";
import "/console/user_export.js";
import { addRow, followRows, newUser, putRow, removeRow, shownUsers, showRows } from "/console/user_rows.js";
import { followSelection } from "/console/user_selection.js";
import { byId, notify } from "/console/view.js";

const { role } = userAddress.form.elements;
let total; // of all pages
let isCapped = false; // there are more than `total`
let countedFor; // the filter that `total` belongs to
let place = { query: new URLSearchParams(), isLast: true };

const list = addressedList("user", userAddress, { ask, next: following, show, clear });
export const showUsers = list.show;

async function ask(query) {
  byId("search-order").hidden = !isSearch(query);
  const isNew = isSearch(query) || countedFor !== query.get("role") || pageOf(query) === 1;
  return call("GET", callFor(query, { counted: isNew }));
}

function show(answer, shownPlace) {
  place = shownPlace;
  if (answer.total !== undefined) [total, isCapped] = [answer.total, Boolean(answer.total_is_capped)];
  countedFor = isSearch(place.query) ? undefined : place.query.get("role");
  showRows(answer.items);
  if (answer.degraded) lookAtServices();
  byId("users-degraded").hidden = !answer.degraded;
  describe();
}

function clear() {
  showRows([]);
  byId("users-count").textContent = "";
  byId("users-degraded").hidden = true;
  lookAtServices();
}

function describe() {
  const shown = shownUsers().length;
  const words = isSearch(place.query) ? ["user found", "users found"] : ["user", "users"];
  byId("user-table").hidden = shown === 0;
  byId("users-count").textContent = shown === 0 ? nobody(place.query) : rangeOf(place, { shown, size: PAGE, total, isCapped }, words);
}

function nobody(query) {
  if (pageOf(query) > 1) return "Nobody is on this page any more.";
  if (query.has("role")) return "No user matches. The role must be given exactly.";
  return isSearch(query) ? "No user matches." : "No users yet.";
}

// ---- what was done to the users of this page

async function saved(user, isNew) {
  notify(`${visible(user.name)} was ${isNew ? "added" : "saved"}.`);
  if (isNew && isSearch(place.query)) return list.searchNow();
  if (isNew) {
    total += 1;
    addRow(user);
  } else putRow(user);
  describe();
  return undefined;
}

function deleted(user) {
  total -= 1;
  notify(`${visible(user.name)} was deleted.`);
  removeRow(user);
  describe();
}

followRows({ saved, deleted });
followSelection((text) => {
  notify(text);
  countedFor = undefined;
  list.load();
});

// ---- a role that is typed counts once it is one that there is

// What is shown for the role already stays: leaving the field must not take away what is pressed.
function searchRole() {
  if (role.value.trim() !== (list.query().get("role") || "")) list.searchNow();
}

role.addEventListener("input", () => role.value || searchRole());
role.addEventListener("change", searchRole);
suggestRoles(role, searchRole);
suggestRoles(byId("user-form").elements.role);
byId("new-user").addEventListener("click", newUser);
