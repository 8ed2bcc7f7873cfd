/** Rates as a person pastes them: a line each, with currency, day and rate in any order. */
interface PastedRate {
  currency: string;
  valid_from: string;
  rate: string;
}

/** What was read, and the lines that could not be. */
export function readRates(text: string): { rates: PastedRate[]; unread: string[] } {
  const rates: PastedRate[] = [];
  const unread: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const cells = line.split(/[;\t]|,(?!\d+$)|\s{2,}/).flatMap((c) => c.trim().split(/\s+/));
    const currency = cells.find((c) => /^[A-Za-z]{3}$/.test(c))?.toUpperCase();
    const valid_from = cells.find((c) => /^\d{4}-\d\d-\d\d$/.test(c));
    const rate = cells.find((c) => /^\d+([.,]\d+)?$/.test(c))?.replace(",", ".");
    if (currency && valid_from && rate) rates.push({ currency, valid_from, rate });
    // A heading says nothing that could be lost.
    else if (rates.length > 0 || unread.length > 0 || /\d/.test(line)) unread.push(line.trim());
  }
  return { rates, unread };
}
