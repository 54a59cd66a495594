// Several users at once: which are chosen, and what is done to all of them.

import { call, Problem } from "/console/api.js";
import { suggestRoles } from "/console/roles.js";
import { visible, written } from "/console/text.js";
import { condition, userCall } from "/console/user_calls.js";
import { byId, counted, element, showFaults, whileDisabled } from "/console/view.js";

const AT_ONCE = 4;
const SHOWN = 5;
const bar = byId("selection");
const dialog = byId("several-dialog");
const form = byId("several-form");
const chosen = new Map(); // users by id, each as it was shown
let changed = () => {};
let act = null; // what the dialog does to one user

const ACTS = {
  delete: {
    title: (count) => `Delete ${counted(count, "user", "users")}?`,
    button: "Delete",
    done: "deleted",
    run: async (user) => call("DELETE", userCall(user), { headers: await condition(user) }),
  },
  role: {
    title: (count) => `Give ${counted(count, "user", "users")} another role`,
    button: "Change",
    done: "changed",
    run: async (user) => call("PATCH", userCall(user), {
      body: { role: form.elements.role.value }, headers: await condition(user),
    }),
  },
};

// `listener` is called when users were changed or deleted.
export function followSelection(listener) {
  changed = listener;
}

export function checkbox(user) {
  const label = element("label", "", { class: "choice" });
  const box = element("input", "", { type: "checkbox", "aria-label": `Select ${visible(user.name)}` });
  box.checked = chosen.has(user.id);
  if (box.checked) chosen.set(user.id, user);
  box.addEventListener("change", () => choose([user], box.checked));
  label.append(box);
  return label;
}

// Chooses or leaves out; the boxes of a page follow the one in the head.
export function choose(users, isChosen) {
  for (const user of users) {
    if (isChosen) chosen.set(user.id, user);
    else chosen.delete(user.id);
  }
  describe();
}

export const isChosen = (user) => chosen.has(user.id);

function describe() {
  bar.hidden = chosen.size === 0;
  byId("selection-count").textContent = `${counted(chosen.size, "user", "users")} selected`;
  document.dispatchEvent(new CustomEvent("selection"));
}

function ask(kind) {
  act = ACTS[kind];
  form.reset();
  showFaults(form, []);
  byId("several-title").textContent = act.title(chosen.size);
  byId("several-role").hidden = kind !== "role";
  byId("several-run").textContent = act.button;
  byId("several-run").className = kind === "delete" ? "danger" : "main";
  const users = [...chosen.values()];
  const names = users.slice(0, SHOWN).map((user) => {
    const item = element("li");
    item.append(written(`${user.name}, ${user.email}`));
    return item;
  });
  if (users.length > SHOWN) names.push(element("li", `and ${counted(users.length - SHOWN, "other", "others")}`));
  byId("several-who").replaceChildren(...names);
  dialog.showModal();
}

// What became of one user: null if it was done, else why not.
async function attempt(user) {
  try {
    await act.run(user);
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 404 && act === ACTS.delete) return null; // gone, as it was to be
    if (error.status === 412) return "somebody else changed this user meanwhile";
    return error.faults[0]?.detail || error.message;
  }
}

async function runAll() {
  const waiting = [...chosen.values()];
  const all = waiting.length;
  const failed = [];
  const work = async () => {
    for (let user = waiting.shift(); user; user = waiting.shift()) {
      const why = await attempt(user);
      if (why === null) chosen.delete(user.id);
      else failed.push({ user, why });
      byId("several-progress").textContent = `${all - waiting.length} of ${all} …`;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  byId("several-progress").textContent = "";
  return { done: all - failed.length, failed };
}

async function run() {
  const { done, failed } = await runAll();
  const text = `${counted(done, "user was", "users were")} ${act.done}.`;
  changed(text);
  describe();
  if (failed.length === 0) return dialog.close();
  byId("several-who").replaceChildren(...failed.map(({ user, why }) => {
    const item = element("li");
    item.append(written(user.name), `: ${why}`);
    return item;
  }));
  const detail = `${text} Not ${act.done}, and still selected:`;
  return showFaults(form, [{ name: "", detail }]);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (act === ACTS.role && !form.elements.role.value.trim()) {
    showFaults(form, [{ name: "role", detail: "must not be blank" }]);
    return;
  }
  showFaults(form, []);
  whileDisabled(event.submitter, run);
});
byId("delete-several").addEventListener("click", () => ask("delete"));
byId("change-several").addEventListener("click", () => ask("role"));
byId("clear-selection").addEventListener("click", () => {
  chosen.clear();
  describe();
  byId("select-page").focus();
});
suggestRoles(form.elements.role);
