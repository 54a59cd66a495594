// Charts that suit the data: none with a single bar, none where almost every row has its own.

import { call, Problem } from "/console/api.js";
import { lyingBars, standingBars } from "/console/chart.js";
import { datasetAddress, datasetCall } from "/console/dataset_names.js";
import { build, element, number } from "/console/view.js";

const MOST_BARS = 8;
const MOST_MONTHS = 60;
const MEASURES = { revenue: "Revenue", count: "Orders", quantity: "Quantity" };
const FEW = 0.5; // groups per row: over this, a column tells rows apart and groups nothing

// What there can be a chart of, in this order.
function groupings(report) {
  const columns = Object.keys(report.reading?.columns || {});
  const known = [
    { by: "month", title: "by month", isTime: true },
    { by: "product", title: "by product", column: "product" },
    { by: "customer", title: "by customer", column: "customer_id" },
  ];
  if (columns.includes("region") || report.gaps?.region !== undefined) known.splice(2, 0, { by: "region", title: "by region", column: "region" });
  return known;
}

export async function showCharts(place, dataset, isCurrent) {
  const measure = element("select", "", { id: "measure" });
  measure.append(...Object.entries(MEASURES).map(([value, text]) => element("option", text, { value })));
  measure.value = dataset.report.sums?.amount ? "revenue" : "count";
  const drawn = element("div", "", { class: "drawn" });
  const choice = build("label", { class: "measure" }, "Charts of", measure);
  place.append(choice, drawn);
  choice.hidden = true;
  const draw = async () => {
    const wanted = measure.value;
    const made = await Promise.all(groupings(dataset.report).map((grouping) => chart(dataset, grouping, wanted)));
    if (!isCurrent() || measure.value !== wanted) return;
    const figures = made.filter((figure) => figure !== null);
    choice.hidden = figures.length === 0;
    drawn.replaceChildren(...figures);
  };
  measure.addEventListener("change", draw);
  await draw();
}

async function chart(dataset, grouping, measure) {
  let answer;
  try {
    answer = await call("GET", `${datasetCall(dataset.name, "summary")}?${wanted(grouping, measure)}`);
  } catch (error) {
    if (error instanceof Problem) return null; // the page says as much without its charts
    throw error;
  }
  if (!isWorthIt(answer, grouping)) return null;
  const title = `${MEASURES[measure]} ${grouping.title}`;
  const figure = build("figure", {}, element("figcaption", title));
  const bars = answer.items.slice(0, grouping.isTime ? MOST_MONTHS : MOST_BARS).map(bar);
  figure.append(grouping.isTime ? standingBars(title, bars) : lyingBars(title, bars), asTable(title, bars));
  if (!grouping.isTime) figure.append(...links(dataset, grouping, answer));
  return figure;
}

function wanted({ by, isTime }, measure) {
  return new URLSearchParams({ by, measure, limit: isTime ? MOST_MONTHS : MOST_BARS });
}

function isWorthIt({ items, groups, rows }, { isTime }) {
  if (groups < 2 || items.every(({ value }) => !value)) return false;
  if (isTime) return groups <= MOST_MONTHS;
  return groups <= MOST_BARS || groups <= rows * FEW;
}

const bar = ({ key, value }) => ({
  label: key === null ? "missing" : String(key),
  value: Number(value) || 0,
  text: value === null ? "–" : Number(value).toLocaleString(undefined, { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 }),
});

// The same for who does not see the drawing.
function asTable(title, bars) {
  const rows = bars.map(({ label, text }) => build("tr", {}, element("th", label, { scope: "row" }), element("td", text)));
  return build("div", { class: "unseen" }, build("table", {}, element("caption", title), build("tbody", {}, ...rows)));
}

function links(dataset, { column }, { items, groups }) {
  const [first] = items;
  const said = [];
  if (groups > MOST_BARS) said.push(`The first ${MOST_BARS} of ${number(groups)}.`);
  const place = element("p", said.join(" "), { class: "hint" });
  if (first?.key !== null) {
    const address = datasetAddress(dataset.name, { part: "rows", where: `${column}=${first.key}` });
    place.append(said.length ? " " : "", element("a", `Rows of ${first.key}`, { href: address }));
  }
  return [place];
}
