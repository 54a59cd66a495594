// The list of users: search, pages, a row for each. The address keeps what was searched for.

import { call } from "/console/api.js";
import { askToDelete, edit } from "/console/user_dialogs.js";
import { byId, cell, counted, element, fail, notify, number, when, written } from "/console/view.js";

const PAGE = 50;
const LAST_OFFSET = 9900; // the API pages no further through a search
const section = byId("users");
const rows = byId("user-rows");
const more = byId("more-users");
const search = byId("search");
let latest = 0;
let next = null; // what asks for the following page
let total; // of a search

export async function showUsers() {
  const wanted = new URLSearchParams(location.hash.split("?")[1]);
  for (const name of ["q", "role"]) search.elements[name].value = wanted.get(name) || "";
  await load(firstPage(), true);
}

function wantedNow() {
  const query = new URLSearchParams();
  for (const name of ["q", "role"]) {
    const text = search.elements[name].value.trim();
    if (text) query.set(name, text);
  }
  return query;
}

function firstPage() {
  const query = wantedNow();
  query.set("limit", PAGE);
  return `${query.has("q") ? "/users/search" : "/users/"}?${query}`;
}

async function searchAgain() {
  const query = String(wantedNow());
  history.replaceState(null, "", query ? `#users?${query}` : "#users");
  await load(firstPage(), true);
}

async function load(path, anew) {
  const turn = (latest += 1);
  section.setAttribute("aria-busy", "true");
  try {
    const page = await call("GET", path);
    if (turn !== latest) return; // a later search was asked for meanwhile
    if (anew) rows.replaceChildren();
    const before = rows.childElementCount;
    for (const user of page.items) put(user);
    next = following(path, page);
    byId("users-failure").replaceChildren();
    byId("users-degraded").hidden = !page.degraded;
    total = page.total;
    describe();
    if (!anew && next === null) rows.children[before]?.querySelector("button").focus();
  } catch (error) {
    if (turn !== latest) return;
    if (anew) clear(); // what is shown answers another question
    fail(byId("users-failure"), error, () => load(path, anew));
  } finally {
    if (turn === latest) section.removeAttribute("aria-busy");
  }
}

function clear() {
  rows.replaceChildren();
  byId("users-count").textContent = "";
  for (const part of ["user-table", "more-users", "users-degraded"]) byId(part).hidden = true;
}

function following(path, page) {
  const [route, text] = path.split("?");
  const query = new URLSearchParams(text);
  if (page.total === undefined) {
    if (!page.next_cursor) return null;
    query.set("cursor", page.next_cursor);
  } else {
    const offset = Number(query.get("offset")) + PAGE;
    if (offset >= page.total || offset > LAST_OFFSET) return null;
    query.set("offset", offset);
  }
  return `${route}?${query}`;
}

function describe() {
  const shown = rows.childElementCount;
  byId("user-table").hidden = shown === 0;
  more.hidden = next === null;
  let text = counted(shown, "user", "users");
  if (next !== null) text = `The first ${text}`;
  if (total !== undefined) {
    text = `${counted(total, "user", "users")} found${total > shown ? `, ${number(shown)} shown` : ""}`;
  }
  if (shown === 0) text = nobody();
  byId("users-count").textContent = text;
}

function nobody() {
  const wanted = wantedNow();
  if (wanted.has("role")) return "No user matches. The role must be given exactly.";
  return wanted.has("q") ? "No user matches." : "No users yet.";
}

function suggest(role) {
  const known = [...byId("roles").options].some((option) => option.value === role);
  if (!known) byId("roles").append(element("option", "", { value: role }));
}

const rowOf = (user) => byId(`user-${user.id}`);

function put(user, place = "append") {
  const made = row(user);
  suggest(user.role);
  if (rowOf(user)) rowOf(user).replaceWith(made);
  else rows[place](made);
  return made;
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
  made.append(
    name,
    cell("Email", written(user.email)),
    cell("Role", written(user.role)),
    cell("Changed", element("time", when(user.updated_at), { datetime: user.updated_at })),
    actions,
  );
  return made;
}

function action(label, user, act) {
  const button = element("button", label, { type: "button", "aria-label": `${label} ${user.name}` });
  button.addEventListener("click", act);
  return button;
}

async function saved(user, isNew) {
  notify(isNew ? `${user.name} was added.` : `${user.name} was saved.`);
  if (isNew && wantedNow().has("q")) return searchAgain();
  const made = put(user, "prepend");
  made.classList.add("fresh");
  describe();
  if (!isNew) made.querySelector("button").focus();
  return undefined;
}

function deleted(user) {
  const gone = rowOf(user);
  const neighbour = gone?.nextElementSibling || gone?.previousElementSibling;
  gone?.remove();
  if (total !== undefined) total -= 1;
  notify(`${user.name} was deleted.`);
  describe();
  (neighbour?.querySelector("button") || byId("new-user")).focus();
}

let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(searchAgain, 200);
});
search.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  searchAgain();
});
byId("new-user").addEventListener("click", () => edit(null, { saved, refreshed: put }));
more.addEventListener("click", () => load(next, false));
