/** What the sales dashboard is asked for: the URL's words, and what the API makes of them. */

export interface Scope {
  period?: string;
  whose?: string;
  region?: string;
  by?: string;
}

export const PERIODS = [
  ["this_quarter", "This quarter"],
  ["last_quarter", "Last quarter"],
  ["this_month", "This month"],
  ["last_month", "Last month"],
  ["this_year", "This year"],
  ["last_year", "Last year"],
] as const;
type Period = (typeof PERIODS)[number][0];
export const readPeriod = (value: string | undefined): Period =>
  PERIODS.find(([period]) => period === value)?.[0] ?? "this_quarter";

export const BY = [
  ["owner", "Owner"],
  ["team", "Team"],
  ["region", "Region"],
  ["industry", "Industry"],
  ["product", "Product"],
  ["source", "Source"],
  ["account", "Account"],
  ["type", "Type"],
] as const;
export type By = (typeof BY)[number][0];
export const readBy = (value: string | undefined): By => BY.find(([by]) => by === value)?.[0] ?? "owner";

/** The list's filters of the scope: under the API's own names. */
export function filtersOf(scope: Scope): Record<string, string> {
  const { whose, region } = scope;
  return {
    ...(whose === "me" ? { owner_id: "me" } : whose ? { team_id: whose } : {}),
    ...(region ? { region_id: region } : {}),
  };
}

/** The address of the list with the deals behind a figure. */
export function listSearch(scope: Scope, deals: unknown): Record<string, string> {
  return { ...filtersOf(scope), filter: JSON.stringify(deals) };
}

/** The months that end with the current one, as the API writes them. */
export function lastMonths(count: number, now = new Date()): string[] {
  return Array.from({ length: count }, (_, i) => {
    const at = new Date(Date.UTC(now.getFullYear(), now.getMonth() - (count - 1 - i), 1));
    return at.toISOString().slice(0, 7);
  });
}
