import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { patch } from "@/api/client";
import { teamsQuery } from "@/api/shared";
import type { Pipeline } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Overlay } from "@/components/ui/overlay";
import { useSave } from "./use-save";

export function TeamsDialog({ pipeline, onClose }: { pipeline: Pipeline; onClose: () => void }) {
  const teams = useSuspenseQuery(teamsQuery()).data;
  const [chosen, setChosen] = useState(pipeline.team_ids);
  const save = useSave(
    () =>
      patch("/pipelines/{id}", {
        path: { id: pipeline.id },
        body: { team_ids: chosen },
        ifMatch: pipeline.version,
      }),
    "Teams saved",
  );
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Teams that use ${pipeline.name}`}
      description="With the teams below them. When none is chosen, everyone uses it."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={save.isPending && "Saving"}
            onClick={() => save.mutate(undefined, { onSuccess: onClose })}
          >
            Save teams
          </Button>
        </>
      }
    >
      <ul className="flex flex-col">
        {teams.map((t) => (
          <li key={t.id}>
            <label className="flex min-h-8 items-center gap-2 text-cell pointer-coarse:min-h-11">
              <Checkbox
                checked={chosen.includes(t.id)}
                onCheckedChange={(on) => setChosen(on ? [...chosen, t.id] : chosen.filter((id) => id !== t.id))}
              />
              {t.name}
            </label>
          </li>
        ))}
      </ul>
      {teams.length === 0 && <p className="text-cell text-fg-3">There are no teams yet.</p>}
    </Overlay>
  );
}
