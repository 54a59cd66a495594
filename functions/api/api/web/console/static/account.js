// The buttons that sign in and out, where the pool of a deployment is known.

import { finishSignIn, isSignedIn, signIn, SignInFailed, signInOffer, signOut } from "/console/sign_in.js";
import { byId, whileDisabled } from "/console/view.js";

// Whether nobody has to be asked for a token in another way.
export async function showAccount() {
  const offer = await signInOffer();
  byId("sign-in").hidden = !offer || isSignedIn();
  byId("sign-out").hidden = !offer || !isSignedIn();
}

// Resolves when it is known who is here.
export async function openAccount() {
  for (const [name, work] of [["sign-in", signIn], ["sign-out", signOut]]) {
    byId(name).addEventListener("click", () => whileDisabled(byId(name), work));
  }
  try {
    await finishSignIn();
  } catch (error) {
    if (!(error instanceof SignInFailed)) throw error;
    byId("sign-in-failure").textContent = error.message;
  }
  await showAccount();
}
