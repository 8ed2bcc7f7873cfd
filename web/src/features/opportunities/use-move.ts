/**
 * Moving a card: to a stage, to another value of a field, or both. It is shown at once; a move that is refused comes back as
 * a gate, which says why where the card was dropped, and asks for what is missing.
 */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { patch, post } from "@/api/client";
import { isApiError, sentence, type ApiError } from "@/api/problem";
import type { FieldError, Money, Opportunity, Stage } from "@/api/types";
import { patchRecord } from "@/components/crm/cache";
import { useTold } from "@/components/crm/use-undo";
import { failed } from "@/components/ui/toast";
import { createStore } from "@/lib/store";
import { settle } from "./board-hand";
import { askable } from "./gate";

/** Values of the fields that a gate asks for, as the API takes them. */
export type Extra = Record<string, string | string[] | number | Money | Record<string, unknown>>;

/** What another column or row than the stage's sets. */
export interface Setting {
  /** As it is sent. */
  body: Record<string, unknown>;
  /** How the record reads then. */
  next: (o: Opportunity) => Partial<Opportunity>;
  words: string;
}

/** Where on a board: the column's key and the row's. */
interface Spot {
  col: string;
  lane: string | null;
}

export interface Move {
  record: Opportunity;
  stage?: Stage | undefined;
  set?: Setting | undefined;
  /** Where it was dropped. */
  at?: Spot | undefined;
  /** The card that it comes below in an order made by hand; null: on top. */
  under?: string | null | undefined;
  /** What the gate asked for; with `version` where the deal has another one by now. */
  extra?: Extra | undefined;
  /** Told how it went: a form that is open keeps what was typed until then. */
  then?: ((how: Moved) => void) | undefined;
}

export interface Gate extends Move {
  missing: FieldError[];
  /** Why it was refused, where it is more than that a field is missing. */
  why: string | null;
  /** What was said with the move that was refused. */
  said?: Extra;
}
/** Done, asked for more by the gate, or refused. */
type Moved = "done" | "asked" | "refused";
export type OnMove = (stage: Stage, extra?: Extra, then?: Move["then"]) => void;

/** The card that was moved last: its column scrolls to it. */
export const landed = createStore<string | null>(null);

async function send({ record, stage, set, under, extra }: Move) {
  const path = { id: record.id };
  if (stage && !set) {
    const place = under === undefined ? {} : { place: { below_id: under } };
    const body = { stage_id: stage.id, version: record.version, ...extra, ...place };
    return (await post("/opportunities/{id}/move", { path, body })).data;
  }
  const { version = record.version, ...fields } = extra ?? {};
  const body = { ...set?.body, ...(stage ? { stage_id: stage.id } : {}), ...fields };
  const { data, eventId } = await patch("/opportunities/{id}", { path, body, ifMatch: Number(version) });
  return { opportunity: data, event_id: eventId };
}

const shown = ({ stage, set }: Move, o: Opportunity): Opportunity => ({
  ...o,
  ...(stage ? { stage, stage_id: stage.id, stage_entered_at: new Date().toISOString() } : {}),
  ...set?.next(o),
});

/** The refusal as a gate, where it is about what the record says; null when nothing but another try helps. */
function gateOf(error: ApiError, move: Move): Gate | null {
  const { extra } = move;
  const said = extra ? { said: extra } : {};
  if (error.code === "gate_not_cleared") return { ...move, missing: error.fields, why: null, ...said };
  if (error.status !== 422) return null;
  const missing = error.fields.filter((f) => askable(f.field) && !(f.field in (move.set?.body ?? {})));
  return { ...move, missing, why: sentence(error), ...said };
}

export function useMove() {
  const client = useQueryClient();
  const told = useTold();
  const [gate, setGate] = useState<Gate | null>(null);
  const mutation = useMutation({
    mutationFn: send,
    onMutate: (move) => {
      landed.set(move.record.id);
      patchRecord<Opportunity>(client, "opportunities", move.record.id, (old) => shown(move, old));
      if (move.under !== undefined) settle(client, move.record.id, move.under);
    },
    onError: (error, move) => {
      putBack(client, move);
      const asked = isApiError(error) ? gateOf(error, move) : null;
      setGate(asked);
      if (asked) {
        move.then?.("asked");
        if (isApiError(error, "stage_full")) void client.invalidateQueries({ queryKey: ["opportunities", "board"] });
        return;
      }
      move.then?.("refused");
      const stale = isApiError(error, "version_conflict");
      if (stale) void client.invalidateQueries({ queryKey: ["opportunities"] });
      failed(
        `${move.record.name} was put back`,
        stale ? "Someone changed it meanwhile. It has been refreshed: move it again." : sentence(error),
      );
    },
    onSuccess: ({ opportunity, event_id }, { record, stage, set, then }) => {
      setGate(null);
      then?.("done");
      patchRecord<Opportunity>(client, "opportunities", record.id, (old) => ({ ...old, ...opportunity }));
      void client.invalidateQueries({ queryKey: ["timeline", "opportunity", record.id] });
      void client.invalidateQueries({ queryKey: ["opportunities", "transitions", record.id] });
      told([stage && `Moved to ${stage.name}`, set?.words].filter(Boolean).join(", "), event_id);
    },
  });
  const shut = useCallback(() => setGate(null), []);
  return { move: mutation.mutate, moving: mutation.isPending, gate, putBack: shut };
}

/** What the move would have changed is as it was; what others changed meanwhile stays. */
function putBack(client: QueryClient, move: Move): void {
  const { record } = move;
  const changed = Object.keys(move.set?.next(record) ?? {}) as (keyof Opportunity)[];
  const keys: (keyof Opportunity)[] = [...changed, ...(move.stage ? STAGE : [])];
  const before = Object.fromEntries(keys.map((key) => [key, record[key]])) as Partial<Opportunity>;
  patchRecord<Opportunity>(client, "opportunities", record.id, (old) => ({ ...old, ...before }));
}

const STAGE = ["stage", "stage_id", "stage_entered_at"] as const;
