// The page: which section is shown, dialogs, the token.

import { byId } from "/console/api.js";
import { showDatasets } from "/console/datasets.js";
import { showUsers } from "/console/users.js";

const sections = { users: showUsers, datasets: showDatasets };

function show() {
  const chosen = location.hash.slice(1) in sections ? location.hash.slice(1) : "users";
  for (const name of Object.keys(sections)) byId(name).hidden = name !== chosen;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${chosen}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  sections[chosen]();
}

for (const dialog of document.querySelectorAll("dialog")) {
  for (const button of dialog.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => dialog.close());
  }
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
