import { number } from "@/lib/format";

/** "97.5 %"; a dash where nothing has been decided. */
export const share = (percent: number | null | undefined): string =>
  percent === null || percent === undefined ? "–" : `${number(percent)} %`;
