/** What a table shows from top to bottom. */
import type { Group, Money } from "@/api/types";

interface RowLine<R> {
  kind: "row";
  key: string;
  record: R;
}
export interface GroupLine {
  kind: "group";
  key: string;
  group: Group;
  label: string;
  open: boolean;
  loading: boolean;
}
/** The end of what is fetched of a group. */
export interface MoreLine {
  kind: "more";
  key: string;
  of: string;
  busy: boolean;
}
/** The groups that are too many to be told one by one. */
export interface RestLine {
  kind: "rest";
  key: string;
  groups: number;
  count: number;
  sum: Money | null;
}
export type Line<R> = RowLine<R> | GroupLine | MoreLine | RestLine;

export const rowLines = <R extends { id: string }>(records: R[], within = ""): RowLine<R>[] =>
  records.map((record) => ({ kind: "row", key: within + record.id, record }));
