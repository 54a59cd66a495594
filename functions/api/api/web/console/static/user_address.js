// What the address says of the list of users: search, role, order, and how far it was turned.

import { byId } from "/console/view.js";

export const PAGE = 50;
export const DEFAULT_SORT = "created_at";
const LAST_OFFSET = 9900; // the API pages no further through a search
const search = byId("search");
const field = (name) => search.elements[name];

// Fills the form by the address; returns where in the list it points.
export function readAddress() {
  const wanted = new URLSearchParams(location.hash.split("?")[1]);
  for (const name of ["q", "role"]) field(name).value = wanted.get(name) || "";
  field("sort").value = wanted.get("sort") || DEFAULT_SORT;
  if (field("sort").value === "") field("sort").value = DEFAULT_SORT; // no order that there is
  const page = Math.max(1, Number.parseInt(wanted.get("page"), 10) || 1);
  return { page, cursor: wanted.get("cursor"), trail: history.state?.trail || [] };
}

// What is asked for: filter and order, without the place in the list.
export function wantedNow() {
  const query = new URLSearchParams();
  for (const name of ["q", "role"]) {
    const text = field(name).value.trim();
    if (text) query.set(name, text);
  }
  const sort = field("sort").value;
  if (!query.has("q") && sort !== DEFAULT_SORT) query.set("sort", sort);
  return query;
}

export function addressOf({ page, cursor }) {
  const query = wantedNow();
  if (page > 1) query.set("page", page);
  if (cursor) query.set("cursor", cursor);
  const text = String(query);
  return text ? `#users?${text}` : "#users";
}

// The call that answers it; a search knows its total by itself.
export function callFor({ page, cursor }, { counted, limit = PAGE }) {
  const query = wantedNow();
  query.set("limit", limit);
  if (query.has("q")) {
    query.set("offset", Math.min((page - 1) * limit, LAST_OFFSET));
    return `/users/search?${query}`;
  }
  if (counted) query.set("total", "true");
  if (cursor) query.set("cursor", cursor);
  return `/users/?${query}`;
}

// The place of the page after this one; null on the last.
export function following(place, answer, limit = PAGE) {
  const { page } = place;
  if (answer.next_cursor === undefined) {
    const offset = page * limit;
    return offset < answer.total && offset <= LAST_OFFSET ? { page: page + 1 } : null;
  }
  if (!answer.next_cursor) return null;
  return { page: page + 1, cursor: answer.next_cursor };
}
