// Users: list, search, create, change, delete. A change names the version that was shown.

import { byId, call, element, Problem, report, say, when } from "/console/api.js";

const rows = byId("user-rows");
const search = byId("search");
const dialog = byId("user-dialog");
const form = byId("user-form");
let shown = null; // the user in the dialog; null for a new one
let latest = 0;
let next = null; // what asks for the following page

const address = (user) => `/users/${encodeURIComponent(user.email)}`;

export async function showUsers() {
  await load(firstPage(), true);
}

function firstPage() {
  const query = new URLSearchParams();
  const text = search.elements.q.value.trim();
  const role = search.elements.role.value.trim();
  if (role) query.set("role", role);
  if (!text) return `/users/?${query}`;
  query.set("q", text);
  return `/users/search?${query}`;
}

async function load(path, anew) {
  const turn = (latest += 1);
  try {
    const page = await call("GET", path);
    if (turn !== latest) return; // a later search was answered first
    if (anew) rows.replaceChildren();
    rows.append(...page.items.map(row));
    next = following(path, page);
  } catch (error) {
    report(error);
    return;
  }
  byId("users-empty").hidden = rows.childElementCount > 0;
  byId("more-users").hidden = next === null;
}

function following(path, page) {
  const [route, text] = path.split("?");
  const query = new URLSearchParams(text);
  const note = byId("users-note");
  note.hidden = !page.degraded;
  note.textContent = "The search engine is away: exact parts of words are found, typos are not.";
  if (route === "/users/") {
    if (!page.next_cursor) return null;
    query.set("cursor", page.next_cursor);
  } else {
    const offset = Number(query.get("offset") || 0) + 20;
    if (offset >= page.total) return null;
    query.set("offset", offset);
  }
  return `${route}?${query}`;
}

function row(user) {
  const made = element("tr");
  const cells = { Name: user.name, Email: user.email, Role: user.role, Changed: when(user.updated_at) };
  for (const [label, text] of Object.entries(cells)) {
    made.append(element("td", text, { "data-label": label }));
  }
  const actions = element("td", "", { class: "row-actions" });
  const edit = element("button", "Edit", { type: "button", "aria-label": `Edit ${user.name}` });
  const remove = element("button", "Delete", { type: "button", "aria-label": `Delete ${user.name}` });
  edit.addEventListener("click", () => open(user));
  remove.addEventListener("click", () => confirmDelete(user));
  actions.append(edit, remove);
  made.append(actions);
  return made;
}

function open(user) {
  shown = user;
  form.reset();
  showFaults([]);
  byId("user-dialog-title").textContent = user ? "Edit user" : "New user";
  for (const name of ["name", "email", "role"]) form.elements[name].value = user ? user[name] : "";
  dialog.showModal();
}

async function save() {
  const body = {};
  for (const name of ["name", "email", "role"]) {
    const value = form.elements[name].value;
    if (!shown || value !== shown[name]) body[name] = value;
  }
  if (shown && Object.keys(body).length === 0) return dialog.close();
  if (shown) await call("PATCH", address(shown), { body, headers: { "If-Match": `"${shown.version}"` } });
  else await call("POST", "/users/", { body });
  dialog.close();
  say("Saved.");
  return showUsers();
}

function showFaults(faults) {
  for (const place of form.querySelectorAll(".fault")) {
    const name = place.dataset.for;
    const texts = faults.filter((fault) => (fault.name || "") === name).map((fault) => fault.detail);
    place.textContent = texts.join("; ");
    place.hidden = texts.length === 0;
    if (name) form.elements[name].setAttribute("aria-invalid", String(texts.length > 0));
  }
}

function faultsOf(problem) {
  const known = problem.faults.map((fault) => ({
    name: (fault.pointer || "").replace("#/", ""), detail: fault.detail,
  }));
  if (problem.status === 409) known.push({ name: "email", detail: problem.message });
  if (problem.status === 412) known.push({ name: "", detail: "Somebody changed this user meanwhile. Close and open it again." });
  return known.length > 0 ? known : [{ name: "", detail: problem.message }];
}

function confirmDelete(user) {
  const question = byId("delete-dialog");
  byId("delete-who").textContent = `${user.name}, ${user.email}`;
  byId("delete-form").onsubmit = async (event) => {
    event.preventDefault();
    question.close();
    try {
      await call("DELETE", address(user), { headers: { "If-Match": `"${user.version}"` } });
      say("Deleted.");
    } catch (error) {
      report(error);
    }
    await showUsers();
  };
  question.showModal();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector(".main");
  button.disabled = true;
  try {
    await save();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401) report(error);
    else showFaults(faultsOf(error));
  } finally {
    button.disabled = false;
  }
});

let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(showUsers, 200);
});
search.addEventListener("submit", (event) => {
  event.preventDefault();
  showUsers();
});
byId("new-user").addEventListener("click", () => open(null));
byId("more-users").addEventListener("click", () => load(next, false));
