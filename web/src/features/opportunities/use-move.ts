/** Moving a stage: shown at once; a refused move comes back as a gate, which asks for what is missing. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { FieldError, Money, Opportunity, Stage } from "@/api/types";
import { patchRecord } from "@/components/crm/cache";
import { useTold } from "@/components/crm/use-undo";
import { failed } from "@/components/ui/toast";

/** Values of the fields that a gate asks for, as the API takes them. */
export type Extra = Record<string, string | string[] | Money | Record<string, unknown>>;

export interface Gate {
  record: Opportunity;
  stage: Stage;
  missing: FieldError[];
  /** What was said with the move that was refused. */
  said?: Extra;
}
export interface Move {
  record: Opportunity;
  stage: Stage;
  /** What the gate asked for. */
  extra?: Extra | undefined;
  /** Told how it went: a form that is open keeps what was typed until then. */
  then?: ((how: Moved) => void) | undefined;
}
/** Done, asked for more by the gate, or refused. */
type Moved = "done" | "asked" | "refused";
export type OnMove = (stage: Stage, extra?: Extra, then?: Move["then"]) => void;

export function useMove() {
  const client = useQueryClient();
  const told = useTold();
  const [gate, setGate] = useState<Gate | null>(null);
  const mutation = useMutation({
    mutationFn: async ({ record, stage, extra }: Move) =>
      (
        await post("/opportunities/{id}/move", {
          path: { id: record.id },
          body: { stage_id: stage.id, version: record.version, ...extra },
        })
      ).data,
    onMutate: ({ record, stage }) => {
      patchRecord<Opportunity>(client, "opportunities", record.id, (old) => ({
        ...old,
        stage,
        stage_id: stage.id,
        stage_entered_at: new Date().toISOString(),
      }));
    },
    onError: (error, { record, stage, extra, then }) => {
      const { stage_id, stage_entered_at } = record;
      patchRecord<Opportunity>(client, "opportunities", record.id, (old) => ({
        ...old,
        stage: record.stage,
        stage_id,
        stage_entered_at,
      }));
      if (isApiError(error, "gate_not_cleared")) {
        setGate({ record, stage, missing: error.fields, ...(extra ? { said: extra } : {}) });
        then?.("asked");
        return;
      }
      then?.("refused");
      setGate(null);
      const stale = isApiError(error, "version_conflict");
      if (stale) void client.invalidateQueries({ queryKey: ["opportunities"] });
      failed(
        `${record.name} was put back`,
        stale ? "Someone changed it meanwhile. It has been refreshed: move it again." : sentence(error),
      );
    },
    onSuccess: ({ opportunity, event_id }, { record, stage, then }) => {
      setGate(null);
      then?.("done");
      patchRecord<Opportunity>(client, "opportunities", record.id, (old) => ({ ...old, ...opportunity }));
      void client.invalidateQueries({ queryKey: ["timeline", "opportunity", record.id] });
      void client.invalidateQueries({ queryKey: ["opportunities", "transitions", record.id] });
      told(`Moved to ${stage.name}`, event_id);
    },
  });
  return { move: mutation.mutate, moving: mutation.isPending, gate, putBack: () => setGate(null) };
}
