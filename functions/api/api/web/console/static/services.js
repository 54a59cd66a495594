// Which of the services behind the API are down, and what to do about it on one's own machine.

import { call, Problem } from "/console/api.js";
import { byId, element } from "/console/view.js";

const EFFECTS = {
  postgres: "PostgreSQL is down: users can be neither read nor written.",
  redis: "Redis is down: everything works, reads are slower.",
  opensearch: "The search engine is down: parts of words are found, misspelt words are not.",
};
const PAUSE_MILLISECONDS = 15_000;
const isOwnMachine = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
const place = byId("services");
let timer;

async function readiness() {
  try {
    return await call("GET", "/status/ready");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.body.postgres ? error.body : {}; // what the call itself says it lacks
  }
}

export async function lookAtServices() {
  clearTimeout(timer);
  const states = await readiness();
  const down = Object.keys(EFFECTS).filter((name) => states[name] === "down");
  const said = down.map((name) => {
    const item = element("li", EFFECTS[name]);
    item.append(...remedy(name));
    return item;
  });
  // What is said already is not said again: a screen reader reads every change aloud.
  if (place.textContent !== said.map((item) => item.textContent).join("")) place.replaceChildren(...said);
  timer = setTimeout(() => document.hidden || lookAtServices(), PAUSE_MILLISECONDS);
}

// How to start a service; nothing where that is nobody's own business.
export function remedy(name) {
  return isOwnMachine ? [element("code", `make start NAME=${name}`)] : [];
}

document.addEventListener("visibilitychange", () => document.hidden || lookAtServices());
