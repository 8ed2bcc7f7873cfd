/** The times of plans: `2026`, `2026-H2`, `2026-Q3`. */

/** "2026", "2nd half of 2026", "Q3 2026". */
export function periodWords(period: string): string {
  const [year = "", part = ""] = period.split("-");
  if (part.startsWith("Q")) return `${part} ${year}`;
  if (part === "H1") return `1st half of ${year}`;
  if (part === "H2") return `2nd half of ${year}`;
  return year;
}

/** Those that one may plan for on a day: this year and the next, whole and in parts. */
export function periodsFrom(today: string): string[] {
  const year = Number(today.slice(0, 4));
  const parts = ["", "-H1", "-H2", "-Q1", "-Q2", "-Q3", "-Q4"];
  return [year, year + 1].flatMap((y) => parts.map((part) => `${y}${part}`));
}

/** The quarter that a day is in. */
export const quarterOf = (today: string): string => `${today.slice(0, 4)}-Q${Math.ceil(Number(today.slice(5, 7)) / 3)}`;
