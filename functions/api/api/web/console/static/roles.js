// Fields for a role suggest the roles that there are.

import { call, Problem } from "/console/api.js";
import { byId, element } from "/console/view.js";

const PAUSE_MILLISECONDS = 150;
const known = byId("roles");
let latest = 0;

// Fills the list behind the fields; returns what the text could mean, or null if that is not known.
async function look(text) {
  const turn = (latest += 1);
  const query = new URLSearchParams({ limit: 50 });
  if (text.trim()) query.set("q", text.trim());
  try {
    const { items } = await call("GET", `/users/roles?${query}`);
    if (turn === latest) known.replaceChildren(...items.map((role) => element("option", "", { value: role })));
    return items;
  } catch (error) {
    if (error instanceof Problem) return null; // a field without suggestions can be filled too
    throw error;
  }
}

// `found` is told the field's text when it is a role that there is, or when nobody can say.
export function suggestRoles(field, found = () => {}) {
  let typing;
  field.addEventListener("focus", () => look(field.value));
  field.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(async () => {
      const text = field.value;
      const items = await look(text);
      if (field.value === text && (items === null || items.includes(text.trim()))) found(text);
    }, PAUSE_MILLISECONDS);
  });
}
