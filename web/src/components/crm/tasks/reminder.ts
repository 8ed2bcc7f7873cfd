/** When a task reminds: chosen by its day, or a moment of one's own. */

export const REMINDERS = [
  ["", "No reminder"],
  ["0", "On the day, at 9:00"],
  ["1", "The day before, at 9:00"],
  ["7", "A week before, at 9:00"],
  ["at", "At a time of its own"],
] as const;

/** Nine in the morning, here, of the day so many days before. */
export function morning(due: string, daysBefore: number): string {
  const [y = 0, m = 1, d = 1] = due.split("-").map(Number);
  return new Date(y, m - 1, d - daysBefore, 9).toISOString();
}

/** Which of the choices a moment is. */
export function reminderChoice(remindAt: string | null | undefined, due: string): string {
  if (!remindAt) return "";
  const at = new Date(remindAt).getTime();
  const fits = due ? ["0", "1", "7"].find((days) => new Date(morning(due, Number(days))).getTime() === at) : undefined;
  return fits ?? "at";
}
