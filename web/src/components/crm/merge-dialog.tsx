/** Two records are made one: which is kept, and field by field whose value counts. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowDownUp } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { MergeObject, Ref } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Overlay } from "@/components/ui/overlay";
import { plural } from "@/lib/format";
import { MergeFields } from "./merge-fields";
import { RefPicker } from "./pickers";
import { PAGES } from "./record-link";
import { useTold } from "./use-undo";

const previewQuery = (object: MergeObject, winner: string, loser: string | undefined) =>
  queryOptions({
    queryKey: ["duplicates", "merge", object, winner, loser],
    queryFn: async () =>
      (await post("/merges/preview", { body: { object, winner_id: winner, loser_id: loser ?? "" } })).data,
    enabled: loser !== undefined,
    retry: false,
    staleTime: 0,
  });

const NOUNS = {
  opportunity: "opportunity",
  contact: "contact",
  task: "task",
  activity: "activity",
  file: "file",
} as const;
const PLURALS: Record<string, string> = { opportunity: "opportunities", activity: "activities" };

function moving(moves: Record<string, number>): string {
  const parts = Object.entries(NOUNS).flatMap(([kind, noun]) => {
    const n = moves[kind] ?? 0;
    return n > 0 ? [plural(n, noun, PLURALS[kind])] : [];
  });
  return parts.length > 0 ? `${parts.join(", ")} will move.` : "Nothing hangs on it.";
}

export function MergeDialog(props: { object: MergeObject; record: Ref; other?: Ref; onClose: () => void }) {
  const { object } = props;
  const client = useQueryClient();
  const navigate = useNavigate();
  const told = useTold();
  const [pair, setPair] = useState<{ winner: Ref; loser: Ref | null }>({
    winner: props.record,
    loser: props.other ?? null,
  });
  // What somebody has chosen; until then it is as suggested.
  const [chosen, setChosen] = useState<Record<string, boolean>>({});
  const { data: preview, error } = useQuery(previewQuery(object, pair.winner.id, pair.loser?.id));
  const merge = useMutation({
    mutationFn: async () => {
      if (!preview || !pair.loser) return;
      const take = preview.fields.filter((f) => chosen[f.field] ?? f.take).map((f) => f.field);
      const body = {
        object,
        winner_id: pair.winner.id,
        loser_id: pair.loser.id,
        winner_version: preview.winner_version,
        loser_version: preview.loser_version,
        take,
      };
      const { eventId } = await post("/merges", { body });
      props.onClose();
      // Before what was merged is read anew: its page shows a record that is no more.
      if (!props.other) await navigate({ to: PAGES[object], params: { id: pair.winner.id } });
      client.removeQueries({ queryKey: [`${object}s`, "detail", pair.loser.id] });
      await client.invalidateQueries();
      told(`Merged ${pair.loser.name} into ${pair.winner.name}`, eventId);
    },
  });
  const failure = merge.error ?? error;
  const swap = () => {
    if (!pair.loser) return;
    setPair({ winner: pair.loser, loser: pair.winner });
    setChosen({});
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={`Merge ${object}s`}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={!preview}
            busy={merge.isPending && "Merging"}
            onClick={() => merge.mutate()}
          >
            Merge
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {failure && (
          <p role="alert" className="text-cell text-bad-text">
            {sentence(failure)}
          </p>
        )}
        {!props.other && pair.winner.id === props.record.id && (
          <Field label={`Merge into ${pair.winner.name}`}>
            {(w) => (
              <RefPicker
                id={w.id}
                kind={object}
                value={pair.loser}
                onChange={(loser) => {
                  setPair({ ...pair, loser });
                  setChosen({});
                }}
                placeholder={`Find the other ${object}`}
              />
            )}
          </Field>
        )}
        {preview && pair.loser && (
          <>
            <div className="flex items-center gap-3 text-cell text-fg-2">
              <p className="min-w-0 flex-1">
                <strong className="font-medium text-fg">{preview.winner_name}</strong> is kept. {preview.loser_name}{" "}
                goes to the trash, and its links lead here. {moving(preview.moves)}
              </p>
              <Button size="row" onClick={swap}>
                <ArrowDownUp /> Keep the other
              </Button>
            </div>
            <MergeFields
              preview={preview}
              takes={(f) => chosen[f.field] ?? f.take}
              onChoose={(field, take) => setChosen({ ...chosen, [field]: take })}
            />
          </>
        )}
      </div>
    </Overlay>
  );
}
