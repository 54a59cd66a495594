// What the address says of the list of users, and the calls that answer it.

import { listAddress } from "/console/list_address.js";
import { afterCursor, pageOf, withoutPlace } from "/console/pager.js";
import { byId } from "/console/view.js";

export const PAGE = 50;
const LAST_OFFSET = 9900; // the API pages no further through a search

export const isSearch = (query) => query.has("q");

export const userAddress = listAddress("users", byId("search"), {
  filters: ["q", "role"], defaultSort: "created_at", isRanked: isSearch,
});

// The call that answers a query; a search knows its total by itself.
export function callFor(query, { counted, limit = PAGE }) {
  const asked = withoutPlace(query);
  asked.set("limit", limit);
  if (isSearch(query)) {
    asked.set("offset", Math.min((pageOf(query) - 1) * limit, LAST_OFFSET));
    return `/users/search?${asked}`;
  }
  if (counted) asked.set("total", "true");
  if (query.has("cursor")) asked.set("cursor", query.get("cursor"));
  return `/users/?${asked}`;
}

// The page after this one, as pager.show takes it.
export function following(query, answer, limit = PAGE) {
  if (!isSearch(query)) return afterCursor(answer);
  const offset = pageOf(query) * limit;
  return offset < answer.total && offset <= LAST_OFFSET ? {} : null;
}
