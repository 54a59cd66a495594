// The page: which section the address names, dialogs that close, the token.

import { openAccount } from "/console/account.js";
import { forget, renewDataset, showDataset } from "/console/dataset.js";
import { wantedDataset } from "/console/dataset_names.js";
import { showDatasets } from "/console/datasets.js";
import { followDescription } from "/console/description.js";
import { followPlace } from "/console/place.js";
import { lookAtServices } from "/console/services.js";
import { showUsers } from "/console/users.js";
import { byId, keepPlace } from "/console/view.js";

const SECTIONS = { users: showUsers, datasets: showDatasets, dataset: showDataset };
const title = document.querySelector("h1").textContent;

function chosenSection() {
  if (wantedDataset()) return "dataset";
  const [named] = location.hash.slice(1).split(/[?/]/);
  return named === "datasets" ? named : "users";
}

async function show() {
  const chosen = chosenSection();
  for (const name of Object.keys(SECTIONS)) byId(name).hidden = name !== chosen;
  const link = `#${chosen === "dataset" ? "datasets" : chosen}`;
  for (const one of document.querySelectorAll("header nav a")) {
    if (one.hash === link) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
  if (chosen !== "dataset") {
    forget();
    document.title = `${byId(`${chosen}-title`).textContent} – ${title}`;
  }
  await SECTIONS[chosen]();
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
followDescription((name) => wantedDataset()?.name === name && renewDataset());
await openAccount();
followPlace(show);
show();
lookAtServices();
