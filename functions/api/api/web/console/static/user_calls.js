// The calls that change one user, on the condition that it is still what was shown.

import { callFor, Problem } from "/console/api.js";

export const userCall = (user) => `/users/${encodeURIComponent(user.email)}`;

// A list tells no ETags: the user is read once more, and must still be what was shown.
export async function condition(user) {
  const answer = await callFor("GET", userCall(user));
  const { id, version } = await answer.json();
  if (id !== user.id || version !== user.version) throw new Problem({ status: 412 });
  return { "If-Match": answer.headers.get("ETag") };
}
