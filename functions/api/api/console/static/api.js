// Calls of the API: JSON in and out, problems as errors, the token if one is asked for.

export class Problem extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || `Status ${problem.status}`);
    this.status = problem.status;
    this.faults = problem.errors || [];
  }
}

export async function call(method, path, { body, headers = {} } = {}) {
  const token = sessionStorage.getItem("token");
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) {
    headers["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  }
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Problem({ status: 0, detail: "The API does not answer." });
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  throw new Problem(await answer.json().catch(() => ({ status: answer.status })));
}

export function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export const byId = (id) => document.getElementById(id);

export function when(text) {
  const options = { dateStyle: "medium", timeStyle: "short" };
  return text ? new Intl.DateTimeFormat(undefined, options).format(new Date(text)) : "";
}

let hiding;

export function say(text) {
  const message = byId("message");
  message.textContent = text;
  message.hidden = !text;
  clearTimeout(hiding);
  hiding = setTimeout(() => { message.hidden = true; }, 8000);
}

export function report(error) {
  if (!(error instanceof Problem)) throw error;
  if (error.status === 401) byId("token-dialog").showModal();
  else say(error.message);
}
