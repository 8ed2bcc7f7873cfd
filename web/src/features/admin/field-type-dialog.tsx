/** Another type for a custom field: what would become of its values is shown before anything is changed. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { CustomField, FieldConversion } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { number, plain, plural } from "@/lib/format";
import { KINDS } from "./custom-field-form";
import { useSave } from "./use-save";

type Kind = CustomField["kind"];

export function FieldTypeDialog({ field, onClose }: { field: CustomField; onClose: () => void }) {
  const client = useQueryClient();
  const [kind, setKind] = useState<Kind | "">("");
  const ask = (to: Kind, dryRun: boolean) =>
    post("/custom-fields/{id}/type", {
      path: { id: field.id },
      query: { dry_run: dryRun },
      body: { kind: to },
      ifMatch: field.version,
    });
  const trial = useQuery({
    queryKey: ["custom-fields", "type", field.id, field.version, kind],
    queryFn: async () => (kind === "" ? null : (await ask(kind, true)).data),
    enabled: kind !== "",
    retry: false,
    staleTime: 0,
  });
  const save = useSave(async (to: Kind) => {
    await ask(to, false);
    await client.invalidateQueries({ queryKey: ["contacts"] });
    onClose();
  }, `Changed the type of ${field.label}`);
  const found = trial.data ?? undefined;
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Type of ${field.label}`}
      description={`It takes: ${KINDS[field.kind].toLowerCase()}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={kind === "" || !found || found.failing > 0}
            busy={save.isPending && "Changing"}
            onClick={() => kind !== "" && save.mutate(kind)}
          >
            Change type
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="It shall take">
          {(w) => (
            <Select {...w} value={kind} onChange={(e) => setKind(e.target.value as Kind | "")}>
              <option value="">Choose</option>
              {Object.entries(KINDS)
                .filter(([value]) => value !== field.kind && value !== "formula")
                .map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
            </Select>
          )}
        </Field>
        <div aria-live="polite" className="text-cell">
          {trial.isFetching && <p className="text-fg-3">Looking at the values…</p>}
          {trial.error && !trial.isFetching && (
            <p role="alert" className="text-bad-text">
              {sentence(trial.error)}
            </p>
          )}
          {found && !trial.isFetching && <Found found={found} />}
        </div>
      </div>
    </Overlay>
  );
}

function Found({ found }: { found: FieldConversion }) {
  if (found.values === 0) return <p className="text-fg-2">No record has a value yet.</p>;
  if (found.failing === 0)
    return <p className="text-fg-2">{plural(found.values, "value fits", "values fit")}: nothing is lost.</p>;
  const more = found.failing - found.misfits.length;
  return (
    <div className="flex flex-col gap-2">
      <p className="text-bad-text">
        {number(found.failing)} of {plural(found.values, "value does", "values do")} not fit. Change these records
        first:
      </p>
      <ul
        aria-label="Values that do not fit"
        className="max-h-56 scroll-thin overflow-y-auto rounded-lg border border-line"
      >
        {found.misfits.map((m) => (
          <li key={m.id} className="border-b border-line px-3 py-1.5 last:border-b-0">
            <span className="block truncate font-medium text-fg">{m.name}</span>
            <span className="block truncate text-meta text-fg-3">
              {typeof m.value === "string" ? `“${m.value}”` : plain(m.value)}: {m.reason}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="text-meta text-fg-3">And {plural(more, "more", "more")}.</p>}
    </div>
  );
}
