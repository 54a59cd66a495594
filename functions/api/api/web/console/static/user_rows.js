// The users of one page as rows of a table: what each of them offers, and which are chosen.

import { visible, written } from "/console/text.js";
import { askToDelete, edit } from "/console/user_dialogs.js";
import { checkbox, choose, isChosen } from "/console/user_selection.js";
import { byId, cell, element, when } from "/console/view.js";

const rows = byId("user-rows");
const wholePage = byId("select-page");
let shown = [];
let tell = {};

// `listeners` are told who was saved (and whether newly) and who was deleted.
export function followRows(listeners) {
  tell = listeners;
}

export const shownUsers = () => shown;

export const newUser = () => edit(null, listeners());

export function showRows(users) {
  shown = users;
  rows.replaceChildren(...users.map(row));
  markPage();
}

// One that was created stands first, whatever the order.
export function addRow(user) {
  shown = [user, ...shown];
  rows.prepend(row(user));
  rowOf(user).classList.add("fresh");
  markPage();
}

export function putRow(user) {
  refresh(user);
  rowOf(user)?.classList.add("fresh");
  rowOf(user)?.querySelector("button").focus();
}

// The keyboard goes on at a neighbour.
export function removeRow(user) {
  const gone = rowOf(user);
  const neighbour = gone?.nextElementSibling || gone?.previousElementSibling;
  gone?.remove();
  shown = shown.filter((one) => one.id !== user.id);
  choose([user], false);
  (neighbour?.querySelector("button") || byId("new-user")).focus();
}

const rowOf = (user) => byId(`user-${user.id}`);
const listeners = () => ({ ...tell, refreshed: refresh });

function refresh(user) {
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
    action("Edit", user, () => edit(user, listeners())),
    action("Delete", user, () => askToDelete(user, listeners())),
  );
  const choice = element("td", "", { role: "cell", class: "choice-cell" });
  choice.append(checkbox(user));
  made.append(
    choice,
    name,
    cell("Email", brokenAt(written(user.email), "@")),
    cell("Role", written(user.role)),
    cell("Created", element("time", when(user.created_at), { datetime: user.created_at })),
    cell("Changed", element("time", when(user.updated_at), { datetime: user.updated_at })),
    actions,
  );
  return made;
}

// A line of an address ends at its sign rather than within a word.
function brokenAt(element, sign) {
  for (const text of [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)) {
    const at = text.data.lastIndexOf(sign);
    if (at > 0) text.splitText(at).before(document.createElement("wbr"));
  }
  return element;
}

function action(label, user, act) {
  const button = element("button", label, { type: "button", "aria-label": `${label} ${visible(user.name)}` });
  button.addEventListener("click", act);
  return button;
}

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
