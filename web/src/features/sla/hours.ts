/** Hours of a day as one types and reads them: "09:00–12:00, 13:00–17:00". */
import type { SlaHours } from "@/api/types";

export const DAYS = [
  ["mon", "Mon"],
  ["tue", "Tue"],
  ["wed", "Wed"],
  ["thu", "Thu"],
  ["fri", "Fri"],
  ["sat", "Sat"],
  ["sun", "Sun"],
] as const;
export type DayName = (typeof DAYS)[number][0];

export const hoursText = (hours: SlaHours[]): string => hours.map((h) => `${h.from}–${h.until}`).join(", ");
export const hoursWords = (hours: SlaHours[]): string => hoursText(hours) || "free";

const time = (text: string): string => {
  const [hours = "", minutes = "00"] = text.trim().split(":");
  return `${hours.padStart(2, "0")}:${minutes.padStart(2, "0")}`;
};

/** What is typed; null when it is no hours. Nothing is a free day. */
export function readHours(text: string): SlaHours[] | null {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.length === 1 && parts[0] === "") return [];
  const read = parts.map((part) => /^(\d{1,2}(?::\d{2})?)\s*[–—-]\s*(\d{1,2}(?::\d{2})?)$/.exec(part));
  if (read.some((found) => found === null)) return null;
  return read.map((found) => ({ from: time(found?.[1] ?? ""), until: time(found?.[2] ?? "") }));
}
