import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Enrichment } from "@/api/types";
import { useTold } from "@/components/crm/use-undo";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Diff } from "@/components/ui/diff";
import { Overlay } from "@/components/ui/overlay";
import { failed } from "@/components/ui/toast";
import { plural } from "@/lib/format";
import type { Enriched } from "./query";
import { chosenWith, fieldWord, keyOf, sureness } from "./words";

/** Proposals beside what is there. Empty fields are chosen beforehand; what a person wrote takes a click. */
export function EnrichmentPanel(props: {
  object: Enriched;
  record: { id: string; version: number; name: string };
  known: Enrichment;
  onClose: () => void;
}) {
  const { object, record, known, onClose } = props;
  const client = useQueryClient();
  const told = useTold();
  const [chosen, setChosen] = useState(known.suggestions.filter((s) => s.preselected).map(keyOf));
  const sourceName = (id: string) => known.sources.find((s) => s.id === id)?.name ?? id;
  const take = useMutation({
    mutationFn: () => {
      const fields = chosen.map((key) => {
        const [field = "", source = ""] = key.split(":");
        return { field, source };
      });
      const init = { path: { id: record.id }, ifMatch: known.version, body: { fields } };
      return object === "account" ? post("/accounts/{id}/enrichment", init) : post("/leads/{id}/enrichment", init);
    },
    onSuccess: ({ eventId }) => {
      told(`${plural(chosen.length, "field")} taken over`, eventId);
      onClose();
    },
    onError: (error) => failed("Nothing was taken over", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: [`${object}s`] }),
  });
  return (
    <Overlay
      open
      onOpenChange={onClose}
      shape="wide"
      title={`Enrich ${record.name}`}
      description="From public lists that are part of this server. Nobody is asked, and nothing is written unless you take it over."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={chosen.length === 0}
            busy={take.isPending && "Taking over"}
            onClick={() => take.mutate()}
          >
            Take over {chosen.length > 0 && plural(chosen.length, "field")}
          </Button>
        </>
      }
    >
      {known.suggestions.length === 0 && <p className="text-cell text-fg-3">There is nothing to take over.</p>}
      <ul className="flex flex-col">
        {known.suggestions.map((s) => (
          <li key={keyOf(s)} className="border-b border-line py-2 last:border-b-0">
            <label className="flex items-start gap-3 text-cell">
              <Checkbox
                className="mt-0.5"
                checked={chosen.includes(keyOf(s))}
                disabled={s.missing !== null && s.missing !== undefined}
                aria-label={`${fieldWord(s.field)}: ${s.shown}`}
                onCheckedChange={(on) => setChosen(chosenWith(chosen, keyOf(s), on === true))}
              />
              <span className="flex min-w-0 flex-1 flex-col gap-0.5">
                <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                  <span className="font-medium text-fg">{fieldWord(s.field)}</span>
                  <Diff before={s.present_shown ?? null} after={s.shown} />
                  <Badge kind="outline">{sureness(s.confidence)}</Badge>
                </span>
                <span className="text-meta text-fg-3">
                  {s.missing ? `${s.missing}. ` : ""}
                  {s.why}. Source: {sourceName(s.source)}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {known.notes.length > 0 && (
        <section className="mt-4">
          <h3 className="text-meta font-medium text-fg-2">Also known</h3>
          <ul className="mt-1 flex flex-col gap-1 text-cell text-fg-2">
            {known.notes.map((note) => (
              <li key={note.source + note.text}>
                {note.text}.{" "}
                <span className="text-meta text-fg-3">
                  {note.why}. Source: {sourceName(note.source)}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Overlay>
  );
}
