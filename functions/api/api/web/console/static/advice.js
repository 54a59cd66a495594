// What the report advises: the refused values, and the description that would keep more rows.
// Nothing is applied by itself; what is ambiguous is asked.

import { folderOf } from "/console/description.js";
import { visible } from "/console/text.js";
import { attempt, build, counted, element, notify, number, whileDisabled } from "/console/view.js";

const LINES = 3;

// `wanted` is {advice, key, label, apply}: what was advised for the file of a key, and what a button
// of this label does with the description that a person chose.
export function showAdvice(place, wanted) {
  const { advice } = wanted;
  place.replaceChildren(...(advice ? [...suggested(wanted), ...refused(advice), ...noticed(advice)] : []));
}

// ---- descriptions to choose from

function suggested(wanted) {
  const { suggestion: found, choices = [] } = wanted.advice;
  return [...(found ? [suggestion(wanted, found)] : []), ...choices.map((choice, at) => question(wanted, choice, at))];
}

function gain({ kept_now: now, kept_then: then, rows, changed_values: changed = 0 }) {
  const anew = changed ? `, and reads ${counted(changed, "kept value", "kept values")} anew` : "";
  if (then === now) return `the same ${counted(then, "row", "rows")}${anew}`;
  const won = then > now ? counted(then - now, "more row", "more rows") : counted(now - then, "row less", "rows less");
  return `${won}: ${number(then)} of ${number(rows)} instead of ${number(now)}${anew}`;
}

function suggestion(wanted, { description, changes, effect }) {
  const reasons = changes.map(({ field, because }) => build("li", {}, element("code", field), ` ${because}`));
  return build("details", { class: "advice" },
    element("summary", `A description would keep ${gain(effect)}`),
    build("ul", {}, ...reasons),
    ...described(wanted, () => description, description));
}

// What the file itself does not decide; no answer is chosen beforehand.
function question(wanted, { question: asked, options }, place) {
  const chosen = { description: null };
  const code = element("pre", "", { tabindex: "0", hidden: "" });
  const answers = options.map(({ meaning, description, effect }, at) => {
    const radio = element("input", "", { type: "radio", name: `choice-${place}`, id: `choice-${place}-${at}` });
    radio.addEventListener("change", () => {
      chosen.description = description;
      code.hidden = false;
      code.textContent = pretty(description);
    });
    return build("label", { class: "answer" }, radio, build("span", {}, meaning, element("small", ` Keeps ${gain(effect)}.`)));
  });
  return build("details", { class: "advice asks" }, element("summary", "A question that the file does not answer"),
    build("fieldset", {}, element("legend", asked), ...answers), code,
    ...actions(wanted, () => chosen.description));
}

const pretty = (description) => JSON.stringify(description, null, 2);

function described(wanted, choose, description) {
  return [element("pre", pretty(description), { tabindex: "0", "aria-label": "_source.json" }), ...actions(wanted, choose)];
}

function actions({ key, label, apply: use }, choose) {
  const copy = element("button", "Copy", { type: "button" });
  const apply = element("button", label, { type: "button", class: "main" });
  const progress = element("span", "", { class: "hint", role: "status" });
  const chosen = () => choose() || void notify("Choose an answer first.");
  copy.addEventListener("click", () => {
    const description = chosen();
    if (description) navigator.clipboard.writeText(pretty(description)).then(() => notify("Copied."), () => notify("The browser does not let this page copy: select the text."));
  });
  apply.addEventListener("click", () => whileDisabled(apply, () => attempt(async () => {
    const description = chosen();
    if (description) await use(description, (text) => { progress.textContent = text; });
  })));
  const folder = folderOf(key);
  const hint = `It is written to ${folder || "the top folder"} as _source.json, and counts for every file there.`;
  return [element("p", hint, { class: "hint" }), build("div", { class: "buttons left" }, apply, copy, progress)];
}

// ---- what was refused, and what else to know

function refused({ refused: reasons = {} }) {
  const rows = Object.entries(reasons).flatMap(([reason, values]) => values.map((value) => {
    const texts = textsOf(value);
    const lines = value.lines.slice(0, LINES).map(number);
    return build("tr", {},
      element("td", reason.replaceAll("_", " ")),
      build("td", {}, ...texts.map((text) => build("div", {}, element("code", visible(text), { dir: "auto" })))),
      element("td", number(value.count), { class: "number" }),
      build("td", {}, ...(texts.length > 1 ? lines.map((line) => element("div", line)) : [lines.join(", ")])));
  }));
  if (rows.length === 0) return [];
  const heads = ["Reason", "Value", "Rows", "Lines"].map((text) => element("th", text, { scope: "col", class: text === "Rows" ? "number" : "" }));
  return [build("details", { class: "advice" }, element("summary", "The values that were refused most"),
    build("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": "Refused values" },
      build("table", { class: "grid" }, build("thead", {}, build("tr", {}, ...heads)), build("tbody", {}, ...rows))))];
}

// Without a value to blame the rows, of which each stands on its own line.
function textsOf({ value, original, originals = [] }) {
  return value !== null || originals.length === 0 ? [value ?? original ?? ""] : originals;
}

function noticed({ notices = [] }) {
  if (notices.length === 0) return [];
  const shown = (text) => [" ", element("code", visible(text), { dir: "auto" })];
  return [build("ul", { class: "note" }, ...notices.map(({ message, examples = [] }) =>
    build("li", {}, message, ...examples.flatMap(shown))))];
}
