/** The token of a letter's link stands behind the `#`, which no server sees; it is taken out of the address before anything else. */
export function takeToken(): string {
  const token = window.location.hash.slice(1);
  if (token) window.history.replaceState(window.history.state, "", window.location.pathname);
  return token;
}
