// Pages behind cursors: on, and back the way that was walked. The address keeps the place.

import { build, element, number } from "/console/view.js";

export const pageOf = (query) => Math.max(1, Number.parseInt(query.get("page"), 10) || 1);

// The query of another page, by its cursor; by its number alone without one.
export function turned(query, page, cursor) {
  const wanted = withoutPlace(query);
  if (page > 1) wanted.set("page", page);
  if (page > 1 && cursor) wanted.set("cursor", cursor);
  return wanted;
}

// `go` is told the query of another place, and what to remember beside it.
export function pager(label, go) {
  const back = element("button", "Previous", { type: "button" });
  const on = element("button", "Next", { type: "button" });
  const where = element("span");
  const bar = build("nav", { class: "pages", "aria-label": label }, back, where, on);
  let query;
  let next;
  bar.hidden = true;

  const trail = () => history.state?.trail || [];

  // The cursor of the page before; null for none, undefined where the way was not walked here.
  function before() {
    if (pageOf(query) === 2 || !query.get("cursor")) return null;
    return trail()[pageOf(query) - 2];
  }

  back.addEventListener("click", () => {
    const cursor = before();
    if (cursor === undefined) go(turned(query, 1), { trail: [] });
    else go(turned(query, pageOf(query) - 1, cursor), { trail: trail() });
  });
  on.addEventListener("click", () => {
    const page = pageOf(query);
    const kept = [...trail()];
    kept[page - 1] = query.get("cursor");
    go(turned(query, page + 1, next.cursor), { trail: kept });
  });

  return {
    bar,
    // `following` is {cursor} of the next page, or {} where pages have numbers alone; null: the last.
    show(wanted, following) {
      [query, next] = [wanted, following];
      const page = pageOf(query);
      bar.hidden = page === 1 && !next;
      back.hidden = page === 1;
      back.textContent = page > 1 && before() === undefined ? "First page" : "Previous";
      on.hidden = !next;
      where.textContent = `Page ${number(page)}`;
    },
  };
}

// What pager.show takes, of an answer that has a cursor.
export const afterCursor = ({ next_cursor: cursor }) => (cursor ? { cursor } : null);

export function withoutPlace(query) {
  const wanted = new URLSearchParams(query);
  wanted.delete("page");
  wanted.delete("cursor");
  return wanted;
}
