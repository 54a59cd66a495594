// Calls of the API: JSON in and out, problems as errors, the token if one is asked for.

import { currentToken } from "/console/sign_in.js";

export class Problem extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || `The API answered with status ${problem.status}.`);
    this.status = problem.status;
    this.faults = problem.errors || [];
    this.body = problem;
  }

  // Whether the same call may succeed later.
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

// The character that gateways put where bytes are lost: meant, as in a file's name, it is escaped.
const written = (body) => JSON.stringify(body).replaceAll("\ufffd", "\\ufffd");

// The answer as it came; raises a Problem for all that is no success.
export async function callFor(method, path, { body, bytes, headers = {} } = {}) {
  const token = await currentToken();
  const sent = token ? { ...headers, Authorization: `Bearer ${token}` } : { ...headers };
  if (body !== undefined) {
    sent["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  }
  if (bytes !== undefined) sent["Content-Type"] = "application/octet-stream";
  let answer;
  try {
    answer = await fetch(path, { method, headers: sent, body: bytes ?? (body && written(body)) });
  } catch {
    throw new Problem({ status: 0, detail: "The API does not answer." });
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Problem({ ...problem, status: answer.status });
}

export async function call(method, path, options) {
  const answer = await callFor(method, path, options);
  return answer.status === 204 ? null : answer.json();
}
