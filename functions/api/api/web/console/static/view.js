// What every part of the page is made of: elements, numbers, times, faults of a form, notices.

import { Problem } from "/console/api.js";
import { forgetTokens, signInOffer } from "/console/sign_in.js";

const NOTICE_MILLISECONDS = 8000;

export const byId = (id) => document.getElementById(id);

export function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// The same with children instead of a text.
export function build(tag, attributes = {}, ...children) {
  const made = element(tag, "", attributes);
  made.append(...children);
  return made;
}

export function when(text) {
  const options = { dateStyle: "medium", timeStyle: "short" };
  return text ? new Intl.DateTimeFormat(undefined, options).format(new Date(text)) : "–";
}

export const number = (count) => (Number.isFinite(count) ? count.toLocaleString() : "–");

export const counted = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;

export function cell(label, content, attributes = {}) {
  const made = element("td", "", { role: "cell", "data-label": label, ...attributes });
  made.append(content);
  return made;
}

// Faults are {name, detail}; one without a name of a field concerns the whole form.
export function showFaults(form, faults) {
  for (const place of form.querySelectorAll("[data-for]")) {
    const field = form.elements[place.dataset.for];
    const own = faults.filter(({ name }) => (form.elements[name] ? name : "") === place.dataset.for);
    place.textContent = own.map(({ detail }) => detail).join("; ");
    place.hidden = own.length === 0;
    if (field) field.setAttribute("aria-invalid", String(own.length > 0));
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
}

export function faultsOf(problem) {
  const faults = problem.faults.map(({ pointer = "", detail }) => ({ name: pointer.slice(2), detail }));
  return faults.length > 0 ? faults : [{ name: "", detail: problem.message }];
}

// A button that is really disabled would lose the keyboard's place.
export async function whileDisabled(button, work) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  try {
    await work();
  } finally {
    button.ariaDisabled = "false";
  }
}

export function notify(text) {
  const notice = element("p", text, { class: "notice" });
  byId("notices").replaceChildren(notice);
  setTimeout(() => notice.remove(), NOTICE_MILLISECONDS);
}

// Where the focused part of the page is gone, the keyboard goes on from the section's start.
export function keepPlace() {
  if (document.activeElement === document.body) document.querySelector("main").focus();
}

// Where the API wants a token: by signing in, else by hand.
export async function askForToken() {
  if (await signInOffer()) {
    forgetTokens();
    byId("sign-in").hidden = false;
    byId("sign-out").hidden = true;
    byId("sign-in-failure").textContent ||= "Sign in to go on."; // why it failed says more
  } else if (!byId("token-dialog").open) byId("token-dialog").showModal();
}

// Does what a button is for; what goes wrong is said beside nothing else.
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401) askForToken();
    else notify(error.message);
    return undefined;
  }
}

// Says in `place` what went wrong, with a way on where there is one.
export function fail(place, error, retry) {
  if (!(error instanceof Problem)) throw error;
  if (error.status === 401) return askForToken();
  place.replaceChildren(element("p", error.message));
  if (!error.passing) return undefined;
  const again = element("button", "Try again", { type: "button" });
  again.addEventListener("click", () => whileDisabled(again, retry).then(keepPlace));
  return place.append(again);
}
