// Signing in at the hosted page of a user pool: an authorization code with PKCE (RFC 7636). Tokens are
// kept in sessionStorage, until this tab is closed.

const EARLIER = 10_000; // milliseconds before its end that a token is not used any more
const KEPT = ["token", "token-ends", "refresh-token"];

export class SignInFailed extends Error {}

let offered;
let renewal;

// {url, client_id, scope}, or null where nobody can sign in.
export function signInOffer() {
  offered ??= fetch("/console/config.json")
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then((config) => config.sign_in ?? null)
    .catch(() => { offered = undefined; return null; }); // the API is away: asked again
  return offered;
}

const here = () => `${location.origin}/console`;

const encoded = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const random = () => encoded(crypto.getRandomValues(new Uint8Array(32)));

async function challengeOf(verifier) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return encoded(new Uint8Array(digest));
}

export async function signIn() {
  const { url, client_id, scope } = await signInOffer();
  const begun = { verifier: random(), state: random(), nonce: random(), place: location.hash };
  sessionStorage.setItem("sign-in", JSON.stringify(begun));
  const asked = new URLSearchParams({
    response_type: "code", client_id, scope, redirect_uri: here(), state: begun.state, nonce: begun.nonce,
    code_challenge: await challengeOf(begun.verifier), code_challenge_method: "S256",
  });
  location.assign(`${url}/oauth2/authorize?${asked}`);
}

// Takes what the hosted page sent along; nothing where somebody came by another way.
export async function finishSignIn() {
  const sent = new URLSearchParams(location.search);
  if (!sent.has("code") && !sent.has("error")) return;
  const begun = JSON.parse(sessionStorage.getItem("sign-in")) ?? {};
  sessionStorage.removeItem("sign-in");
  history.replaceState(null, "", `/console${begun.place ?? ""}`);
  if (!begun.state || sent.get("state") !== begun.state) {
    throw new SignInFailed("This is no answer to what this tab asked for. Sign in again.");
  }
  if (sent.has("error")) throw new SignInFailed(sent.get("error_description") || sent.get("error"));
  const tokens = await exchange({
    grant_type: "authorization_code", code: sent.get("code"), redirect_uri: here(), code_verifier: begun.verifier,
  });
  if (nonceOf(tokens.id_token) !== begun.nonce) {
    throw new SignInFailed("The token is of another sign-in. Sign in again.");
  }
  keep(tokens);
}

// The token of the next call, a new one where the last has ended; null where there is none.
export function currentToken() {
  const ends = sessionStorage.getItem("token-ends");
  // One that was pasted ends when the API says so.
  if (!ends || Date.now() < Number(ends) - EARLIER) return sessionStorage.getItem("token");
  renewal ??= renewed().finally(() => { renewal = undefined; });
  return renewal;
}

export const isSignedIn = () => sessionStorage.getItem("token") !== null;

export function forgetTokens() {
  for (const name of KEPT) sessionStorage.removeItem(name);
}

export async function signOut() {
  const { url, client_id } = await signInOffer();
  forgetTokens();
  location.assign(`${url}/logout?${new URLSearchParams({ client_id, logout_uri: here() })}`);
}

async function renewed() {
  const refresh_token = sessionStorage.getItem("refresh-token");
  try {
    keep(await exchange({ grant_type: "refresh_token", refresh_token }));
  } catch (error) {
    if (!(error instanceof SignInFailed)) throw error;
    forgetTokens();
  }
  return sessionStorage.getItem("token");
}

async function exchange(fields) {
  const { url, client_id } = await signInOffer();
  const body = new URLSearchParams({ ...fields, client_id });
  const answer = await fetch(`${url}/oauth2/token`, { method: "POST", body }).catch(() => null);
  if (!answer?.ok) {
    const { error } = (await answer?.json().catch(() => null)) ?? {};
    throw new SignInFailed(`Signing in failed${error ? `: ${error}` : ""}. Sign in again.`);
  }
  return answer.json();
}

// Straight from the pool over TLS, so that its signature need not be looked at (OpenID Connect Core, 3.1.3.7).
function nonceOf(token) {
  const [, claims] = token.split(".");
  return JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))).nonce;
}

function keep({ access_token, refresh_token, expires_in }) {
  sessionStorage.setItem("token", access_token);
  sessionStorage.setItem("token-ends", String(Date.now() + expires_in * 1000));
  if (refresh_token) sessionStorage.setItem("refresh-token", refresh_token);
}
