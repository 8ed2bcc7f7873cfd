import { useNavigate } from "@tanstack/react-router";
import { useState, type SyntheticEvent } from "react";
import { post } from "@/api/client";
import { useFields, useMay } from "@/api/shared";
import type { DealPart, Opportunity } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { usePart } from "./parts-query";

const PARTS: [DealPart, string][] = [
  ["products", "Products"],
  ["contacts", "Contacts and their roles"],
  ["competitors", "Competitors"],
  ["tasks", "Open tasks"],
];

const NAMES = { name: "name" } as const;

export function CloneDialog({ o, onClose }: { o: Opportunity; onClose: () => void }) {
  const navigate = useNavigate();
  const { locks } = useFields("opportunity");
  const mayTask = useMay("task", "create");
  const offered = PARTS.filter(([part]) => (part === "tasks" ? mayTask : !locks(part)));
  const [name, setName] = useState(`Copy of ${o.name}`);
  const [parts, setParts] = useState<DealPart[]>(offered.map(([part]) => part).filter((part) => part !== "tasks"));
  const { errors, above, check, land } = useLanding(NAMES);
  const copy = usePart(
    () => post("/opportunities/{id}/clone", { path: { id: o.id }, body: { name, parts } }),
    () => `Added ${name}`,
    land,
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!check(name.trim() ? {} : { name: "Name the deal." })) return;
    copy.mutate(undefined, {
      onSuccess: ({ data }) => {
        onClose();
        void navigate({ to: "/opportunities/$id", params: { id: data.id } });
      },
    });
  };
  return (
    <Overlay
      open
      onOpenChange={(on) => !on && onClose()}
      title="Copy this deal"
      description="The copy is yours and begins at the start of the pipeline."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="clone-deal" busy={copy.isPending && "Copying"}>
            Make the copy
          </Button>
        </>
      }
    >
      <form id="clone-deal" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <Field label="Name" required error={errors.name}>
          {(w) => <Input {...w} autoFocus value={name} maxLength={500} onChange={(e) => setName(e.target.value)} />}
        </Field>
        <fieldset className="flex flex-col">
          <legend className="mb-1 text-meta font-medium text-fg-2">With its</legend>
          {offered.map(([part, label]) => (
            <label key={part} className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
              <Checkbox
                checked={parts.includes(part)}
                onCheckedChange={(on) => setParts(on === true ? [...parts, part] : parts.filter((p) => p !== part))}
              />
              {label}
            </label>
          ))}
        </fieldset>
      </form>
    </Overlay>
  );
}
