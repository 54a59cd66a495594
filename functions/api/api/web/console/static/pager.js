// Pages behind cursors: on, and back the way that was walked. The address keeps the place.

import { build, element, number } from "/console/view.js";

// `go` is told the query of another place, and what to remember beside it.
export function pager(label, go) {
  const back = element("button", "Previous", { type: "button" });
  const on = element("button", "Next", { type: "button" });
  const where = element("span");
  const bar = build("nav", { class: "pages", "aria-label": label }, back, where, on);
  let query;
  let next;
  bar.hidden = true;

  const page = () => Number.parseInt(query.get("page"), 10) || 1;
  const trail = () => history.state?.trail || [];
  const before = () => (page() === 2 ? null : trail()[page() - 2]); // undefined: not walked here

  function move(to, cursor, kept) {
    const wanted = new URLSearchParams(query);
    for (const [name, value] of [["page", to > 1 && to], ["cursor", cursor]]) {
      if (value) wanted.set(name, value);
      else wanted.delete(name);
    }
    go(wanted, { trail: kept });
  }

  back.addEventListener("click", () => {
    const cursor = before();
    if (cursor === undefined) move(1, null, []);
    else move(page() - 1, cursor, trail());
  });
  on.addEventListener("click", () => {
    const kept = [...trail()];
    kept[page() - 1] = query.get("cursor");
    move(page() + 1, next, kept);
  });

  return {
    bar,
    show(wanted, following) {
      [query, next] = [wanted, following];
      bar.hidden = page() === 1 && !next;
      back.hidden = page() === 1;
      back.textContent = page() > 1 && before() === undefined ? "First page" : "Previous";
      on.hidden = !next;
      where.textContent = `Page ${number(page())}`;
    },
  };
}

export function withoutPlace(query) {
  const wanted = new URLSearchParams(query);
  wanted.delete("page");
  wanted.delete("cursor");
  return wanted;
}
