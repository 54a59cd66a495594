// What is in each column of the kept rows: gaps, different values, the most common ones, the range.

import { call, Problem } from "/console/api.js";
import { datasetAddress, datasetCall } from "/console/dataset_names.js";
import { shownCell } from "/console/grid.js";
import { written } from "/console/text.js";
import { build, element, number } from "/console/view.js";

const MOST_COMMON = 5;
const AT_ONCE = 4;

export async function showColumns(body, { dataset, isCurrent, isNew }) {
  if (!isNew) return;
  const { columns } = await call("GET", `${datasetCall(dataset.name, "rows")}?limit=1`);
  const cards = columns.map((column) => build("section", { class: "card" }, build("h3", {}, written(column.name))));
  const waiting = columns.map((column, at) => ({ column, card: cards[at] }));
  const work = async () => {
    for (let next = waiting.shift(); next && isCurrent(); next = waiting.shift()) {
      next.card.append(...await profile(dataset, next.column));
    }
  };
  body.append(build("div", { class: "cards" }, ...cards));
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

// The greatest and the least are the ends of the column in its order.
async function ends(dataset, { name }) {
  const end = async (order) => {
    const query = new URLSearchParams({ columns: name, order, limit: 1, where: `${name}!=` });
    return (await call("GET", `${datasetCall(dataset.name, "rows")}?${query}`)).items[0]?.[name];
  };
  return Promise.all([end(name), end(`-${name}`)]);
}

async function groups(dataset, { name }) {
  const query = new URLSearchParams({ by: `column:${name}`, measure: "count", order: "-value", limit: MOST_COMMON + 1 });
  return call("GET", `${datasetCall(dataset.name, "summary")}?${query}`);
}

async function profile(dataset, column) {
  try {
    const [summary, [least, greatest]] = await Promise.all([groups(dataset, column), ends(dataset, column)]);
    return described(dataset, column, summary, { least, greatest });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [element("p", error.message, { class: "hint" })];
  }
}

function described(dataset, column, { items, groups: different, rows }, { least, greatest }) {
  const missing = items.find(({ key }) => key === null)?.rows ?? dataset.report.gaps?.[column.name] ?? 0;
  const facts = [
    ["Type", element("span", column.type)],
    ["Missing", element("span", `${number(missing)}${missing ? ` (${share(missing, rows)})` : ""}`)],
    ["Different", element("span", number(different - (missing ? 1 : 0)))],
  ];
  if (least !== undefined) facts.push(["From", shownCell(least, column.type)], ["To", shownCell(greatest, column.type)]);
  const list = build("dl", {}, ...facts.flatMap(([term, value]) => [element("dt", term), build("dd", {}, value)]));
  const common = items.filter(({ key, rows: count }) => key !== null && count > 1).slice(0, MOST_COMMON);
  if (common.length === 0) return [list, element("p", "No value stands twice.", { class: "hint" })];
  const bars = common.map(({ key: value, rows: count }) => {
    const key = column.type === "date" ? value.replace("T00:00:00Z", "") : value;
    const meter = element("meter", "", { value: count, max: common[0].rows, "aria-hidden": "true" });
    const address = datasetAddress(dataset.name, { part: "rows", where: `${column.name}=${key}` });
    return build("li", {}, build("a", { href: address }, written(String(key))), meter, element("span", number(count), { class: "size" }));
  });
  return [list, build("ul", { class: "common" }, ...bars)];
}

const share = (count, all) => (count / all).toLocaleString(undefined, { style: "percent", maximumFractionDigits: 1 });
