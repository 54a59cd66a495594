// What datasets are called, where their pages are, and how their states look.

const LOOKS = { succeeded: "good", warned: "warned", refused: "bad", too_large: "bad", failed: "bad" };

export const lookOf = (status) => LOOKS[status] || "open";

// `query` is what is wanted of it, as URLSearchParams take it.
export function datasetAddress(name, query = "") {
  const text = String(new URLSearchParams(query));
  return `#datasets/${encodeURIComponent(name)}${text && `?${text}`}`;
}

// The path of one of its calls: `rows`, `rejected`, …; the dataset itself for none.
export const datasetCall = (name, call = "") => `/datasets/${encodeURIComponent(name)}${call && `/${call}`}`;

// An escaped name is for addresses; people read the key.
export const titleOf = (name, key) => (name.startsWith("~") ? key : name);

// The dataset that the address names, and what of it is wanted; null for none.
export function wantedDataset() {
  const [, name, query = ""] = location.hash.match(/^#datasets\/([^?]+)(?:\?(.*))?$/) || [];
  try {
    return name ? { name: decodeURIComponent(name), query: new URLSearchParams(query) } : null;
  } catch {
    return null; // cut off in the middle of a character
  }
}
