// Files that are dragged onto the page, and sample files for who has none at hand.

import { sendAt } from "/console/uploads.js";
import { byId, notify, whileDisabled } from "/console/view.js";

const section = byId("datasets");
const isOpen = () => !section.hidden;
const holdsFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

document.addEventListener("dragover", (event) => {
  if (!isOpen() || !holdsFiles(event)) return;
  event.preventDefault(); // else the browser would leave the page and open the file
  section.classList.add("receives");
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) section.classList.remove("receives"); // left the window
});
document.addEventListener("drop", (event) => {
  section.classList.remove("receives");
  if (!isOpen() || !holdsFiles(event)) return;
  event.preventDefault();
  for (const file of event.dataTransfer.files) sendAt(file, file.name);
});

// A folder of its own: a description that is tried on a sample counts for nothing else.
async function trySample(name) {
  const answer = await fetch(`/console/sample_${name}.csv`).catch(() => null);
  if (!answer?.ok) return notify("The sample cannot be read: the API does not answer.");
  return sendAt(new File([await answer.blob()], "orders.csv", { type: "text/csv" }), `sample-${name}/orders.csv`);
}

for (const button of document.querySelectorAll("[data-sample]")) {
  button.addEventListener("click", () => whileDisabled(button, () => trySample(button.dataset.sample)));
}
