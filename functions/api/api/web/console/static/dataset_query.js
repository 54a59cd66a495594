// A box for SQL over the rows of a dataset; the answer as a table and as CSV.

import { call, Problem } from "/console/api.js";
import { csvBlob } from "/console/csv.js";
import { datasetCall, titleOf } from "/console/dataset_names.js";
import { save } from "/console/download.js";
import { grid } from "/console/grid.js";
import { askForToken, build, counted, element, number, whileDisabled } from "/console/view.js";

const EXAMPLE = "select product, count(*) as orders, sum(quantity * price) as revenue\nfrom dataset\ngroup by all\norder by revenue desc";
const NUMERIC = /INT|DOUBLE|FLOAT|DECIMAL/;
const written = new Map(); // what was typed for each dataset, as long as the page is open

const typeOf = (type) => (NUMERIC.test(type) ? "number" : "string");

export function showQuery(body, { dataset, isNew }) {
  if (!isNew) return;
  const sql = element("textarea", "", { name: "sql", rows: "5", spellcheck: "false", "aria-describedby": "sql-hint sql-fault" });
  sql.value = written.get(dataset.name) || EXAMPLE;
  const fault = element("p", "", { class: "fault", id: "sql-fault", role: "alert" });
  const answer = element("div", "", { "aria-live": "polite" });
  const form = build("form", { class: "query" }, build("label", {}, "SQL", sql), fault,
    build("div", { class: "head tight" },
      element("p", "One SELECT over the table dataset, in DuckDB's dialect. Ctrl+Enter runs it.", { class: "hint", id: "sql-hint" }),
      element("button", "Run", { class: "main" })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    written.set(dataset.name, sql.value);
    whileDisabled(form.querySelector("button"), () => run(dataset, sql, { fault, answer }));
  });
  sql.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  body.append(form, answer);
}

async function run(dataset, sql, { fault, answer }) {
  fault.textContent = "";
  sql.removeAttribute("aria-invalid");
  answer.setAttribute("aria-busy", "true");
  try {
    show(answer, dataset, await call("POST", datasetCall(dataset.name, "query"), { body: { sql: sql.value } }));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401) return askForToken();
    fault.textContent = error.faults[0]?.detail || error.message;
    sql.setAttribute("aria-invalid", "true");
    answer.replaceChildren();
  } finally {
    answer.removeAttribute("aria-busy");
  }
  return undefined;
}

function show(place, dataset, { columns, rows, truncated, milliseconds }) {
  const known = columns.map(({ name, type }) => ({ name, type: typeOf(type) }));
  const values = rows.map((row) => row.map((value, at) => (known[at].type === "number" && typeof value === "string" ? Number(value) : value)));
  const csv = element("button", "CSV of this answer", { type: "button" });
  const name = titleOf(dataset.name, dataset.report.source.key).split("/").pop();
  csv.addEventListener("click", () => save(csvBlob(columns.map((column) => column.name), rows), `${name}_query.csv`));
  const words = `${truncated ? "The first " : ""}${counted(rows.length, "row", "rows")} in ${number(milliseconds)} ms.`;
  place.replaceChildren(build("div", { class: "head tight" }, element("p", words, { class: "count" }), csv), grid("Answer of the query", known, values));
}
