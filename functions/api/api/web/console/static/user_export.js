// All users that the filter lets through as CSV, in the order shown, page after page.

import { call, Problem } from "/console/api.js";
import { csvBlob } from "/console/csv.js";
import { save } from "/console/download.js";
import { pageOf, turned } from "/console/pager.js";
import { callFor, following, userAddress } from "/console/user_address.js";
import { askForToken, byId, notify, number, whileDisabled } from "/console/view.js";

const COLUMNS = ["id", "name", "email", "role", "created_at", "updated_at", "version"];
const LIMIT = 100;
const button = byId("export-users");
const cancel = byId("cancel-export");
const progress = byId("export-progress");
let isWanted = false;

async function collect() {
  const rows = [];
  let query = userAddress.wanted();
  let total;
  while (query && isWanted) {
    const answer = await call("GET", callFor(query, { counted: pageOf(query) === 1, limit: LIMIT }));
    rows.push(...answer.items.map((user) => COLUMNS.map((name) => user[name])));
    total ??= answer.total;
    progress.textContent = `${number(rows.length)} of ${number(total)} users …`;
    const next = following(query, answer, LIMIT);
    query = next && turned(query, pageOf(query) + 1, next.cursor);
  }
  return { rows, total };
}

async function exportAll() {
  isWanted = true;
  cancel.hidden = false;
  try {
    const { rows, total } = await collect();
    if (!isWanted) return;
    save(csvBlob(COLUMNS, rows), "users.csv");
    const rest = rows.length < total ? ` The search found ${number(total)}: it gives no more than these.` : "";
    notify(`${number(rows.length)} users were written to users.csv.${rest}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401) askForToken();
    else notify(`The export stopped: ${error.message}`);
  } finally {
    isWanted = false;
    cancel.hidden = true;
    progress.textContent = "";
  }
}

button.addEventListener("click", () => whileDisabled(button, exportAll));
cancel.addEventListener("click", () => {
  isWanted = false;
  button.focus();
});
