// Answers of the API as files: with the token, under the name that the API gives.

import { callFor } from "/console/api.js";

const PARTS = 40; // of 50,000 lines each

function nameIn(disposition, otherwise) {
  const [, encoded] = disposition?.match(/filename\*=UTF-8''([^;]+)/) || [];
  return encoded ? decodeURIComponent(encoded) : otherwise;
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// All pages of a CSV as one file; returns false where it was cut at two million lines.
export async function saveCsv(path, query, otherwise) {
  const pieces = [];
  const wanted = new URLSearchParams(query);
  wanted.set("format", "csv");
  let name = otherwise;
  for (let part = 0; part < PARTS; part += 1) {
    const answer = await callFor("GET", `${path}?${wanted}`);
    const text = await answer.text();
    pieces.push(part === 0 ? text : text.slice(text.indexOf("\n") + 1)); // names are in the first
    name = nameIn(answer.headers.get("content-disposition"), name);
    const next = answer.headers.get("next-cursor");
    if (!next) {
      save(new Blob(pieces, { type: "text/csv;charset=utf-8" }), name);
      return true;
    }
    wanted.set("cursor", next);
  }
  save(new Blob(pieces, { type: "text/csv;charset=utf-8" }), name);
  return false;
}
