// Heads of a table that sort it; the order itself stands in a field of the list's form.

// `changed` is told that another order was chosen. Heads with data-falls begin with the greatest.
export function sortingHeads(table, sort, changed) {
  const buttons = [...table.querySelectorAll("[data-sort]")];

  function choose({ sort: field, falls }) {
    const [first, second] = falls === undefined ? [field, `-${field}`] : [`-${field}`, field];
    sort.value = sort.value === first ? second : first;
    changed();
  }

  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset));

  // Says by which head the list is sorted; a ranked list by none.
  return function mark(isRanked) {
    sort.disabled = isRanked;
    for (const button of buttons) {
      const field = button.dataset.sort;
      const isChosen = !isRanked && sort.value.replace("-", "") === field;
      const order = sort.value === field ? "ascending" : "descending";
      button.closest("th").setAttribute("aria-sort", isChosen ? order : "none");
      button.disabled = isRanked;
    }
  };
}
