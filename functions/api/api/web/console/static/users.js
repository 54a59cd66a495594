// The list of users: search, order, pages, a row for each. The address keeps all of it.

import { call } from "/console/api.js";
import { suggestRoles } from "/console/roles.js";
import { lookAtServices } from "/console/services.js";
import { visible, written } from "/console/text.js";
import { addressOf, callFor, following, PAGE, readAddress, wantedNow } from "/console/user_address.js";
import { askToDelete, edit } from "/console/user_dialogs.js";
import "/console/user_export.js";
import { checkbox, choose, followSelection, isChosen } from "/console/user_selection.js";
import { byId, cell, counted, element, fail, notify, number, when } from "/console/view.js";

const section = byId("users");
const rows = byId("user-rows");
const search = byId("search");
const wholePage = byId("select-page");
let latest = 0;
let place = { page: 1 };
let next = null; // the place of the page after this one
let shown = []; // the users of this page
let total; // of all pages
let isCapped = false; // there are more than `total`
let countedFor; // the filter that `total` belongs to

export async function showUsers() {
  const { page, cursor, trail } = readAddress();
  place = { page, cursor, trail };
  markOrder();
  await load();
}

// Another page of the same list, or the first of another one.
async function go(to) {
  place = to;
  history.pushState({ trail: to.trail }, "", addressOf(to));
  await load();
  byId("users-title").scrollIntoView({ block: "nearest" });
}

async function searchAgain() {
  place = { page: 1 };
  history.replaceState(null, "", addressOf(place));
  markOrder();
  await load();
}

async function load() {
  const turn = (latest += 1);
  section.setAttribute("aria-busy", "true");
  const filter = search.elements.role.value.trim();
  try {
    const isNew = countedFor !== filter || place.page === 1;
    const answer = await call("GET", callFor(place, { counted: isNew }));
    if (turn !== latest) return; // a later search was asked for meanwhile
    if (answer.total !== undefined) [total, isCapped] = [answer.total, Boolean(answer.total_is_capped)];
    countedFor = wantedNow().has("q") ? undefined : filter;
    show(answer);
  } catch (error) {
    if (turn !== latest) return;
    clear(); // what is shown answers another question
    fail(byId("users-failure"), error, load);
    lookAtServices();
  } finally {
    if (turn === latest) section.removeAttribute("aria-busy");
  }
}

function show(answer) {
  shown = answer.items;
  next = following(place, answer);
  rows.replaceChildren(...shown.map(row));
  byId("users-failure").replaceChildren();
  if (answer.degraded) lookAtServices();
  byId("users-degraded").hidden = !answer.degraded;
  describe();
}

function clear() {
  shown = [];
  rows.replaceChildren();
  byId("users-count").textContent = "";
  for (const part of ["user-table", "user-pages", "users-degraded"]) byId(part).hidden = true;
}

function describe() {
  byId("user-table").hidden = shown.length === 0;
  byId("user-pages").hidden = place.page === 1 && next === null;
  byId("previous-users").hidden = place.page === 1;
  byId("previous-users").textContent = place.page > 1 && cursorBefore() === undefined ? "First page" : "Previous";
  byId("next-users").hidden = next === null;
  byId("users-page").textContent = `Page ${number(place.page)}`;
  byId("users-count").textContent = shown.length === 0 ? nobody() : range();
  markPage();
}

function range() {
  const many = `${number(total)}${isCapped ? " or more" : ""}`;
  const words = wantedNow().has("q") ? ["user found", "users found"] : ["user", "users"];
  const all = `${many} ${total === 1 ? words[0] : words[1]}`;
  if (place.page === 1 && next === null) return all;
  const first = (place.page - 1) * PAGE + 1;
  return `${number(first)}–${number(first + shown.length - 1)} of ${all}`;
}

function nobody() {
  const wanted = wantedNow();
  if (place.page > 1) return "Nobody is on this page any more.";
  if (wanted.has("role")) return "No user matches. The role must be given exactly.";
  return wanted.has("q") ? "No user matches." : "No users yet.";
}

// ---- order

function markOrder() {
  const isSearch = wantedNow().has("q");
  const sort = search.elements.sort.value;
  search.elements.sort.disabled = isSearch;
  byId("search-order").hidden = !isSearch;
  for (const button of document.querySelectorAll("#user-table [data-sort]")) {
    const field = button.dataset.sort;
    const order = isSearch || sort.replace("-", "") !== field ? "none" : sort === field ? "ascending" : "descending";
    button.closest("th").setAttribute("aria-sort", order);
    button.disabled = isSearch;
  }
}

function sortBy(field) {
  const { sort } = search.elements;
  // What changed last is what people look for; names begin at A.
  const [first, second] = field.endsWith("_at") ? [`-${field}`, field] : [field, `-${field}`];
  sort.value = sort.value === first ? second : first;
  reorder();
}

function reorder() {
  markOrder();
  go({ page: 1 });
}

// ---- pages

// The cursor of the page before; null for the first, undefined where the way was not walked here.
function cursorBefore() {
  if (place.page === 2 || wantedNow().has("q")) return null;
  return place.trail?.[place.page - 2];
}

function goOn() {
  const trail = [...(place.trail || [])];
  trail[place.page - 1] = place.cursor;
  go({ ...next, trail });
}

function goBack() {
  const cursor = cursorBefore();
  if (cursor === undefined) return go({ page: 1 });
  return go({ page: place.page - 1, cursor, trail: place.trail });
}

// ---- rows

const rowOf = (user) => byId(`user-${user.id}`);

function put(user) {
  shown = shown.map((one) => (one.id === user.id ? user : one));
  if (isChosen(user)) choose([user], true);
  rowOf(user)?.replaceWith(row(user));
}

function row(user) {
  const made = element("tr", "", { role: "row", id: `user-${user.id}` });
  const name = element("th", "", { role: "rowheader", scope: "row", "data-label": "Name" });
  name.append(written(user.name));
  const actions = element("td", "", { role: "cell", class: "row-actions" });
  actions.append(
    action("Edit", user, () => edit(user, { saved, refreshed: put })),
    action("Delete", user, () => askToDelete(user, { deleted, refreshed: put })),
  );
  const choice = element("td", "", { role: "cell", class: "choice-cell" });
  choice.append(checkbox(user));
  made.append(
    choice,
    name,
    cell("Email", written(user.email)),
    cell("Role", written(user.role)),
    cell("Created", element("time", when(user.created_at), { datetime: user.created_at })),
    cell("Changed", element("time", when(user.updated_at), { datetime: user.updated_at })),
    actions,
  );
  return made;
}

function action(label, user, act) {
  const button = element("button", label, { type: "button", "aria-label": `${label} ${visible(user.name)}` });
  button.addEventListener("click", act);
  return button;
}

async function saved(user, isNew) {
  notify(`${visible(user.name)} was ${isNew ? "added" : "saved"}.`);
  if (isNew && wantedNow().has("q")) return searchAgain();
  if (isNew) {
    shown = [user, ...shown];
    total += 1;
    rows.prepend(row(user));
  } else put(user);
  describe();
  rowOf(user)?.classList.add("fresh");
  if (!isNew) rowOf(user)?.querySelector("button").focus();
  return undefined;
}

function deleted(user) {
  const gone = rowOf(user);
  const neighbour = gone?.nextElementSibling || gone?.previousElementSibling;
  gone?.remove();
  choose([user], false);
  shown = shown.filter((one) => one.id !== user.id);
  total -= 1;
  notify(`${visible(user.name)} was deleted.`);
  describe();
  (neighbour?.querySelector("button") || byId("new-user")).focus();
}

// ---- several at once

function markPage() {
  const marked = shown.filter(isChosen).length;
  wholePage.checked = shown.length > 0 && marked === shown.length;
  wholePage.indeterminate = marked > 0 && marked < shown.length;
  for (const user of shown) {
    const box = rowOf(user)?.querySelector("input");
    if (box) box.checked = isChosen(user);
  }
}

document.addEventListener("selection", markPage);
wholePage.addEventListener("change", () => choose(shown, wholePage.checked));
followSelection((text) => {
  notify(text);
  countedFor = undefined;
  load();
});

// ---- search

let typing;
function searchSoon() {
  clearTimeout(typing);
  typing = setTimeout(searchAgain, 200);
}
function searchNow() {
  clearTimeout(typing);
  searchAgain();
}

search.elements.q.addEventListener("input", searchSoon);
search.elements.role.addEventListener("input", () => search.elements.role.value || searchNow());
search.elements.role.addEventListener("change", searchNow);
search.elements.sort.addEventListener("change", reorder);
suggestRoles(search.elements.role, searchNow);
suggestRoles(byId("user-form").elements.role);
search.addEventListener("submit", (event) => {
  event.preventDefault();
  searchNow();
});
for (const button of document.querySelectorAll("#user-table [data-sort]")) {
  button.addEventListener("click", () => sortBy(button.dataset.sort));
}
byId("new-user").addEventListener("click", () => edit(null, { saved, refreshed: put }));
byId("next-users").addEventListener("click", goOn);
byId("previous-users").addEventListener("click", goBack);
