/** What a board's columns are, whatever they are by, and where a card belongs on it. */
import type { Board, BoardColumn, BoardGroup, Money, Opportunity, Stage } from "@/api/types";

/** A column as it is shown: of a stage, or of a value of another field. */
export interface Col {
  /** The stage's id or the value; empty for those without one. */
  key: string;
  title: string;
  stage: Stage | null;
  count: number;
  sum: Money | null;
  weighted: Money | null;
  /** Of a stage with a limit: all that are in it, whoever may see them. */
  inStage: number | null;
  /** Deals have it, and no other can get it any more. */
  retired: boolean;
  items: Opportunity[];
  next_cursor: string | null;
}

/** The row of a board that a cached board is: the field and its value. */
export interface Lane {
  by: string;
  value: string | null;
}

/** Columns as they were made: one that has not changed stays the same, so that it is not drawn anew. */
const made = new WeakMap<BoardColumn | BoardGroup, Col>();

function colOf(c: BoardColumn | BoardGroup): Col {
  const known = made.get(c);
  if (known) return known;
  const stage = "stage" in c ? c.stage : null;
  const col: Col = {
    key: stage ? stage.id : "value" in c ? (c.value ?? "") : "",
    title: stage ? stage.name : "label" in c ? c.label : "",
    stage,
    count: c.count,
    sum: c.sum ?? null,
    weighted: c.weighted ?? null,
    inStage: "in_stage" in c ? (c.in_stage ?? null) : null,
    retired: "retired" in c && c.retired,
    items: c.items,
    next_cursor: c.next_cursor ?? null,
  };
  made.set(c, col);
  return col;
}

export const colsOf = (board: Board): Col[] =>
  board.by === "stage"
    ? [...board.columns].sort((a, b) => a.stage.position - b.stage.position).map(colOf)
    : board.groups.map(colOf);

/** A record's value of the field that a board is by; undefined when only the server knows. */
function valueBy(o: Opportunity, by: string): string | null | undefined {
  if (by === "stage") return o.stage_id;
  if (by.startsWith("account.")) return undefined;
  const from = by.startsWith("custom.") ? o.custom : o;
  return ((from as Record<string, unknown>)[by.replace(/^custom\./, "")] as string | null | undefined) ?? null;
}

interface Slot {
  count: number;
  sum?: Money | null;
  weighted?: Money | null;
  items: Opportunity[];
  in_stage?: number | null;
}

/** Nothing stays nothing: a sum that is hidden. */
const plus = (money: Money | null | undefined, by: number): Money | null =>
  money ? { ...money, amount: (Number(money.amount) + by).toFixed(2) } : null;
const base = (o: Opportunity): number => Number(o.amount_base?.amount ?? o.amount?.amount ?? 0);

function tally<S extends Slot>(slot: S, card: Opportunity, sign: 1 | -1, percent: number): S {
  return {
    ...slot,
    count: slot.count + sign,
    sum: plus(slot.sum, sign * base(card)),
    weighted: plus(slot.weighted, (sign * base(card) * percent) / 100),
    ...(slot.in_stage == null ? {} : { in_stage: slot.in_stage + sign }),
  };
}

const SORTS: Record<string, (o: Opportunity) => string | number | null> = {
  amount: (o) => (o.amount_base || o.amount ? base(o) : null),
  expected_revenue: (o) => (o.expected_revenue ? Number(o.expected_revenue.amount) : null),
  close_date: (o) => o.close_date ?? null,
  created_at: (o) => o.created_at,
  updated_at: (o) => o.updated_at,
  stage_entered_at: (o) => o.stage_entered_at,
  probability: (o) => o.probability,
  name: (o) => o.name.toLowerCase(),
};

/** Puts a card where the board's order has it; in front where that is not known. Those without a value come last. */
function insert(items: Opportunity[], card: Opportunity, sort: string): Opportunity[] {
  const desc = sort.startsWith("-");
  const of = SORTS[sort.replace(/^-/, "")];
  if (!of) return [card, ...items];
  const mine = of(card);
  const at = items.findIndex((o) => {
    const theirs = of(o);
    if (mine === null) return false;
    if (theirs === null) return true;
    return desc ? mine >= theirs : mine <= theirs;
  });
  return at < 0 ? [...items, card] : [...items.slice(0, at), card, ...items.slice(at)];
}

export const cardOn = (board: Board, id: string): Opportunity | undefined =>
  [...board.columns, ...board.groups].flatMap((c: Slot) => c.items).find((o) => o.id === id);

/** Whether a record is one of this board: of its pipeline and row, and open where it is by another field than the stage. */
function belongs(board: Board, lane: Lane | null, o: Opportunity): boolean {
  if (o.pipeline_id !== board.pipeline.id) return false;
  if (board.by !== "stage" && o.stage.kind !== "open") return false;
  const at = lane && valueBy(o, lane.by);
  return !lane || at === undefined || at === lane.value;
}

/** The board with a card as it is now, null when it is gone; a card that is new to this row comes in where it `enters`. */
export function placed(board: Board, lane: Lane | null, id: string, now: Opportunity | null, enters: boolean): Board {
  const card = cardOn(board, id);
  const next = now && belongs(board, lane, now) ? now : null;
  if (!card && !(enters && next)) return board;
  const moved = <S extends Slot>(slot: S, key: string, percent: (o: Opportunity) => number): S => {
    const here = slot.items.some((o) => o.id === id);
    const to = next && (valueBy(next, board.by) === undefined ? here : (valueBy(next, board.by) ?? "") === key);
    let out = slot;
    if (here && card) out = { ...tally(out, card, -1, percent(card)), items: out.items.filter((o) => o.id !== id) };
    if (!to) return out;
    const items = here ? slot.items.map((o) => (o.id === id ? next : o)) : insert(out.items, next, board.sort);
    return { ...tally(out, next, 1, percent(next)), items };
  };
  return {
    ...board,
    columns: board.columns.map((c) => moved(c, c.stage.id, () => c.stage.probability)),
    groups: board.groups.map((g) => moved(g, g.value ?? "", (o) => o.probability)),
  };
}

/** The board with a card right below another one of its column, or on top of it. */
export function below(board: Board, id: string, under: string | null): Board {
  const within = <S extends Slot>(slot: S): S => {
    const card = slot.items.find((o) => o.id === id);
    if (!card) return slot;
    const others = slot.items.filter((o) => o.id !== id);
    const at = under === null ? 0 : others.findIndex((o) => o.id === under) + 1;
    if (under !== null && at === 0) return slot;
    return { ...slot, items: [...others.slice(0, at), card, ...others.slice(at)] };
  };
  return { ...board, columns: board.columns.map(within), groups: board.groups.map(within) };
}

/** The heads of rows, which have no cards, after a card has gone from one to another. */
export function recounted(heads: Board, was: Opportunity, now: Opportunity | null): Board {
  const counts = (o: Opportunity | null, g: BoardGroup) =>
    o !== null && belongs(heads, null, o) && valueBy(o, heads.by) === (g.value ?? null);
  return {
    ...heads,
    groups: heads.groups.map((g) => {
      const out = counts(was, g) ? tally(g, was, -1, was.probability) : g;
      return now && counts(now, g) ? tally(out, now, 1, now.probability) : out;
    }),
  };
}
