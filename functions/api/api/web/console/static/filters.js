// The conditions of a filter: a form to add one, a button for each to take it away.

import { isNumber } from "/console/grid.js";
import { build, element } from "/console/view.js";

const WORDS = { "~": "contains", "!~": "does not contain", "=": "is", "!=": "is not", ">": "over", ">=": "at least", "<": "under", "<=": "at most" };
const FOR_TEXT = ["~", "!~", "=", "!="];
const FOR_OTHERS = ["=", "!=", ">=", "<=", ">", "<"];
const CONDITION = /^(.*?)(!=|>=|<=|!~|=|>|<|~)(.*)$/s;

function choices(type) {
  const operators = type === "string" ? FOR_TEXT : FOR_OTHERS;
  return operators.map((operator) => element("option", WORDS[operator], { value: operator }));
}

// How people read `price>=10`.
function inWords(condition, columns) {
  const known = columns.map(({ name }) => name).filter((name) => condition.startsWith(name));
  const name = known.sort((one, other) => other.length - one.length)[0];
  const [, column, operator, value] = (name === undefined ? condition : condition.slice(name.length)).match(CONDITION) || [];
  if (operator === undefined) return condition;
  if (value.trim() === "") return `${name ?? column} ${operator === "=" ? "is missing" : "is there"}`;
  return `${name ?? column} ${WORDS[operator]} ${value.trim()}`;
}

// `changed` is told the conditions that are wanted now.
export function filters(changed) {
  const column = element("select", "", { name: "column" });
  const operator = element("select", "", { name: "operator" });
  const value = element("input", "", { name: "value", autocomplete: "off", dir: "auto" });
  const form = build("form", { class: "bar filter", role: "search", "aria-label": "Filter rows" },
    build("label", {}, "Column", column), build("label", {}, "Condition", operator),
    build("label", { class: "wide" }, "Value", value), element("button", "Filter", { class: "main" }));
  const chips = element("ul", "", { class: "chips", "aria-label": "Filters" });
  let columns = [];
  let conditions = [];

  const typeOf = (name) => columns.find((one) => one.name === name)?.type;
  const refit = () => {
    const type = typeOf(column.value);
    operator.replaceChildren(...choices(type));
    value.placeholder = type === "date" || type === "date-time" ? "2026-01-31, 2026-01 or 2026" : "";
    value.inputMode = isNumber(type) ? "decimal" : "text";
  };
  column.addEventListener("change", refit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const condition = `${column.value}${operator.value}${value.value.trim()}`;
    value.value = "";
    changed([...conditions.filter((one) => one !== condition), condition]);
  });

  return {
    form,
    chips,
    show(wanted, known) {
      conditions = wanted;
      if (known.map(({ name }) => name).join("\n") !== columns.map(({ name }) => name).join("\n")) {
        columns = known;
        column.replaceChildren(...known.map(({ name }) => element("option", name, { value: name })));
        // What people look for first is what was sold.
        if (known.some(({ name }) => name === "product")) column.value = "product";
        refit();
      }
      chips.hidden = wanted.length === 0;
      chips.replaceChildren(...wanted.map((condition) => {
        const words = inWords(condition, known);
        const button = element("button", "×", { type: "button", "aria-label": `Take away: ${words}` });
        button.addEventListener("click", () => {
          changed(conditions.filter((one) => one !== condition));
          value.focus();
        });
        return build("li", {}, element("bdi", words), button);
      }));
    },
  };
}
