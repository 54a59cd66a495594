// CSV made here, of what is shown.

// A spreadsheet would run such a text as a formula; an apostrophe makes it text again.
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

function field(value) {
  if (value === null || value === undefined) return "";
  let text = String(value);
  if (typeof value === "string" && FORMULA.test(text)) text = `'${text}`;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// `columns` are names; a row is an array in their order.
export const csvOf = (columns, rows) =>
  `${[columns, ...rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;

// The mark at the beginning tells spreadsheets that this is UTF-8.
export const csvBlob = (columns, rows) => new Blob(["\ufeff", csvOf(columns, rows)], { type: "text/csv;charset=utf-8" });
