// A list with a form to filter it, heads that sort it and pages. The address keeps all of that.

import { sortingHeads } from "/console/list_heads.js";
import { pageOf, pager } from "/console/pager.js";
import { go } from "/console/place.js";
import { byId, counted, fail, number } from "/console/view.js";

const PAUSE_MILLISECONDS = 200;

// The parts of the page are found by their ids: those of the list of users are `users`,
// `user-table` and `users-failure`. `ask` answers a query, `next` tells what follows the answer,
// as pager.show takes it; `show` is told both, `clear` that the answer is not known.
export function addressedList(one, address, { ask, next, show, clear }) {
  const section = byId(`${one}s`);
  const failure = byId(`${one}s-failure`);
  const table = byId(`${one}-table`);
  const { form } = address;
  const pages = pager(`Pages of ${one}s`, turn);
  const mark = sortingHeads(table, form.elements.sort, reorder);
  let query = new URLSearchParams();
  let latest = 0;
  section.append(pages.bar);

  async function load() {
    const asked = (latest += 1);
    section.setAttribute("aria-busy", "true");
    mark(address.isRanked(query));
    try {
      const answer = await ask(query);
      if (asked !== latest) return; // another answer was asked for meanwhile
      failure.replaceChildren();
      const following = next(query, answer);
      show(answer, { query, isLast: !following });
      pages.show(query, following);
    } catch (error) {
      if (asked !== latest) return;
      table.hidden = true; // what is shown answers another question
      pages.bar.hidden = true;
      clear();
      fail(failure, error, load);
    } finally {
      if (asked === latest) section.removeAttribute("aria-busy");
    }
  }

  function showPlace() {
    query = address.read();
    return load();
  }

  async function turn(to, state) {
    await go(address.write(to), state);
    form.scrollIntoView({ block: "nearest" });
  }

  function reorder() {
    return go(address.write(address.wanted()));
  }

  let typing;
  // What is typed makes no page of its own to go back to, and stays in the form as it is.
  function searchNow() {
    clearTimeout(typing);
    query = address.wanted();
    history.replaceState(null, "", address.write(query));
    return load();
  }

  form.elements.q.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(searchNow, PAUSE_MILLISECONDS);
  });
  form.elements.sort.addEventListener("change", reorder);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    searchNow();
  });
  return { load, searchNow, show: showPlace, query: () => query };
}

// Which of all these are: `51–100 of 102 users`; `words` for one and for many of them.
export function rangeOf({ query, isLast }, { shown, size, total, isCapped }, [one, many]) {
  const page = pageOf(query);
  const all = isCapped ? `${number(total)} or more ${many}` : counted(total, one, many);
  if (page === 1 && isLast) return all;
  const first = (page - 1) * size + 1;
  return `${number(first)}–${number(first + shown - 1)} of ${all}`;
}
