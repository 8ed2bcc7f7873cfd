import { useId } from "react";
import { useOptions, usePipelines } from "@/api/shared";
import type { SlaObject } from "@/api/types";
import { Checkbox } from "@/components/ui/checkbox";

interface Place {
  id: string;
  name: string;
  group: string;
}

/** The open stages by pipeline, or the statuses of leads that are open. */
function usePlaces(object: SlaObject): Place[] {
  const pipelines = usePipelines();
  const statuses = useOptions("lead_status");
  return object === "lead"
    ? statuses
        .filter((o) => o.category !== "converted" && o.category !== "unqualified")
        .map((o) => ({ id: o.id, name: o.name, group: "" }))
    : pipelines.flatMap((p) =>
        p.stages
          .filter((s) => s.kind === "open")
          .map((s) => ({ id: s.id, name: s.name, group: pipelines.length > 1 ? p.name : "" })),
      );
}

/** Stages, or statuses, to be ticked. */
export function Places(props: {
  label: string;
  hint: string;
  object: SlaObject;
  chosen: string[];
  error: string | undefined;
  onChange: (chosen: string[]) => void;
}) {
  const places = usePlaces(props.object);
  const note = useId();
  return (
    <fieldset aria-describedby={note}>
      <legend className="mb-1 text-meta font-medium text-fg-2">{props.label}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {places.map((p) => (
          <label key={p.id} className="flex min-h-6 items-center gap-2 text-cell text-fg max-md:min-h-11">
            <Checkbox
              checked={props.chosen.includes(p.id)}
              onCheckedChange={(on) =>
                props.onChange(on === true ? [...props.chosen, p.id] : props.chosen.filter((id) => id !== p.id))
              }
            />
            {p.name}
            {p.group && <span className="text-fg-3">{p.group}</span>}
          </label>
        ))}
      </div>
      <p id={note} className={props.error ? "mt-1 text-meta text-bad-text" : "mt-1 text-meta text-fg-3"}>
        {props.error ?? props.hint}
      </p>
    </fieldset>
  );
}
