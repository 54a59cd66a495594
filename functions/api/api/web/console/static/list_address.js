// What the address says of a list: its filters, its order, and how far it was turned.

import { pageOf } from "/console/pager.js";

// `filters` are fields of the form. A list that `isRanked` has the best match first and pages that
// are only numbered; the others have a cursor for each page.
export function listAddress(section, form, { filters, defaultSort, isRanked = () => false }) {
  const { sort } = form.elements;

  // What the form asks for, from the first page on.
  function wanted() {
    const query = new URLSearchParams();
    for (const name of filters) {
      const text = form.elements[name].value.trim();
      if (text) query.set(name, text);
    }
    if (!isRanked(query) && sort.value !== defaultSort) query.set("sort", sort.value);
    return query;
  }

  // Fills the form by the address; returns what it asks for, the place in the list included.
  function read() {
    const said = new URLSearchParams(location.hash.split("?")[1]);
    for (const name of filters) form.elements[name].value = said.get(name) || "";
    sort.value = said.get("sort") || defaultSort;
    if (sort.value === "") sort.value = defaultSort; // no order that there is
    const query = wanted();
    const isPlace = pageOf(said) > 1 && (isRanked(query) || said.has("cursor"));
    for (const name of isPlace ? ["page", "cursor"] : []) {
      if (said.has(name)) query.set(name, said.get(name));
    }
    return query;
  }

  function write(query) {
    const text = String(query);
    return text ? `#${section}?${text}` : `#${section}`;
  }

  return { form, wanted, read, write, isRanked };
}
