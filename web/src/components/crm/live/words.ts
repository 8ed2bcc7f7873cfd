/** What is said of others' changes. */
import type { Mark } from "./marks";

/** Anna; you from another page; someone, when history does not say. */
export const whose = (mark: Mark | undefined): string =>
  mark === undefined ? "Someone" : mark.own ? "You" : firstName(mark.who.name);

export const firstName = (name: string): string => name.split(" ")[0] ?? name;

/** `close_date` as a person says it: close date. */
export const fieldWords = (field: string): string =>
  field
    .replace(/^custom\./, "")
    .replace(/_id$/, "")
    .replaceAll("_", " ");
