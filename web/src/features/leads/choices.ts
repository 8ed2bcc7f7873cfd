/** What is chosen for each part of a conversion: an id, `new` or `none`. */
import type { ConversionPreview, MatchedBy } from "@/api/types";

export interface Choices {
  account: string;
  contact: string;
  opportunity: string;
  /** Of the new opportunity. */
  name: string;
}

const sure = (by: MatchedBy[]): boolean => by.some((b) => b === "email" || b === "domain" || b === "name");

/** What is surely the same is taken; else a new one is made, where there can be one. */
function first(found: { id: string; matched_by: MatchedBy[] }[], fresh: boolean): string {
  const same = found.find((f) => sure(f.matched_by));
  return same?.id ?? (fresh ? "new" : "none");
}

export function firstChoices(
  preview: ConversionPreview,
  may: { account: boolean; contact: boolean; opportunity: boolean },
): Choices {
  const name = preview.opportunity.name;
  return {
    account: first(preview.accounts, may.account && preview.account !== null && preview.account !== undefined),
    contact: first(preview.contacts, may.contact && preview.contact !== null && preview.contact !== undefined),
    opportunity: may.opportunity ? "new" : "none",
    name: typeof name === "string" ? name : "",
  };
}

/** A part as the request says it. */
export function partOf(
  choice: string,
  fields: Record<string, unknown>,
): { id: string } | { fields: Record<string, unknown> } | null {
  if (choice === "none") return null;
  return choice === "new" ? { fields } : { id: choice };
}
