export const PREFIX = "dealwright.draft.";

/** When somebody signs out, what they have typed does not stay for whoever comes next. */
export function dropDrafts(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // Storage is off: there are none.
  }
}
