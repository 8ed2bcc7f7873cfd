import { localeNow } from "./format";

/** What people type for numbers and money, read back: "$50,000", "50k", "1.234,50" where the locale writes so. */

function decimalMark(locale?: string): string {
  return new Intl.NumberFormat(locale).formatToParts(1.5).find((p) => p.type === "decimal")?.value ?? ".";
}

/** A decimal string that the API takes, or null when the text is no amount. */
export const parseAmount = (text: string, locale = localeNow()): string | null => read(text, locale, false);

/** The same where three decimals are as likely as thousands: quantities, percent, prices of one piece. */
export const parseNumber = (text: string, locale = localeNow()): string | null => read(text, locale, true);

/** A number of the API's as it is typed in the locale. */
export const typedNumber = (value: string, locale = localeNow()): string => value.replace(".", decimalMark(locale));

function read(text: string, locale: string | undefined, fine: boolean): string | null {
  const suffix = /([km])\s*$/i.exec(text)?.[1]?.toLowerCase();
  const mark = decimalMark(locale);
  let digits = text.replace(/[^\d.,-]/g, "");
  if (!/\d/.test(digits)) return null;
  const marks = digits.match(/[.,]/g) ?? [];
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  const lastMark = last >= 0 ? digits[last] : undefined;
  const tail = last >= 0 ? digits.length - last - 1 : 0;
  const repeated = marks.filter((m) => m === lastMark).length > 1;
  // A single mark with three digits behind it groups thousands, unless a nought is all that is before it. In a number with
  // fine decimals the locale's decimal mark never groups.
  const isDecimal =
    lastMark !== undefined &&
    !repeated &&
    (tail !== 3 ||
      (fine && lastMark === mark) ||
      /^-?0?$/.test(digits.slice(0, last)) ||
      (lastMark === mark && marks.length > 1) ||
      (lastMark === mark && mark !== "," && mark !== "."));
  digits = isDecimal
    ? `${digits.slice(0, last).replace(/[.,]/g, "")}.${digits.slice(last + 1)}`
    : digits.replace(/[.,]/g, "");
  if (!/^-?\d*(\.\d*)?$/.test(digits)) return null;
  if (!suffix) return digits.replace(/\.$/, "").replace(/^(-?)\./, "$10.");
  return String(Math.round(Number(digits) * (suffix === "k" ? 1e3 : 1e6) * 100) / 100);
}

/** "urgent, renewal" → ["urgent", "renewal"]. */
export const parseTags = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((t) => t.trim())
      .filter(Boolean),
  ),
];
