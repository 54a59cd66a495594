// The page: which section the address names, dialogs that close, the token.

import { showDatasets } from "/console/datasets.js";
import { showUsers } from "/console/users.js";
import { byId, keepPlace } from "/console/view.js";

const sections = { users: showUsers, datasets: showDatasets };

function show() {
  const [named] = location.hash.slice(1).split(/[?/]/);
  const chosen = Object.hasOwn(sections, named) ? named : "users";
  for (const name of Object.keys(sections)) byId(name).hidden = name !== chosen;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${chosen}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${byId(`${chosen}-title`).textContent} – ${document.querySelector("h1").textContent}`;
  sections[chosen]();
}

for (const dialog of document.querySelectorAll("dialog")) {
  for (const button of dialog.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => dialog.close());
  }
  dialog.addEventListener("close", keepPlace);
}
byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", byId("token-form").elements.token.value.trim());
  byId("token-form").reset();
  byId("token-dialog").close();
  show();
});
window.addEventListener("hashchange", show);
show();
