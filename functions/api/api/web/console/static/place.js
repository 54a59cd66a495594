// Going to another address of the page; `state` is remembered beside it, for the way back.

let arrived = () => {};

// `listener` shows what the address names.
export function followPlace(listener) {
  arrived = listener;
  window.addEventListener("hashchange", () => arrived());
}

export function go(address, state = null) {
  if (address === location.hash) return arrived();
  history.pushState(state, "", address); // tells nobody of a changed hash
  return arrived();
}
