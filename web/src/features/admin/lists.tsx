import { useSuspenseQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { post } from "@/api/client";
import { optionsQuery, useMay } from "@/api/shared";
import type { Option, OptionKind } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { SortableList } from "@/components/ui/sortable";
import { Card } from "@/components/ui/states";
import { plural } from "@/lib/format";
import { AdminPage } from "./layout";
import { ListValue } from "./list-value";
import { useSave } from "./use-save";

const LISTS: [OptionKind, string][] = [
  ["opportunity_type", "Opportunity types"],
  ["source", "Sources"],
  ["industry", "Industries"],
  ["region", "Regions"],
  ["win_reason", "Win reasons"],
  ["loss_reason", "Loss reasons"],
  ["competitor", "Competitors"],
  ["contact_role", "Roles of contacts in deals"],
  ["lead_status", "Lead statuses"],
  ["call_outcome", "Outcomes of calls"],
  ["meeting_outcome", "Outcomes of meetings"],
  ["document_type", "Types of documents"],
];

export function Lists() {
  const options = useSuspenseQuery(optionsQuery()).data;
  return (
    <AdminPage
      title="Lists"
      text="The values that records choose from. An archived value stays on the records that have it, and is not offered any more."
    >
      {LISTS.map(([kind, label]) => (
        <ManagedList
          key={kind}
          kind={kind}
          label={label}
          values={options.filter((o) => o.kind === kind).sort((a, b) => a.position - b.position)}
        />
      ))}
    </AdminPage>
  );
}

function ManagedList({ kind, label, values }: { kind: OptionKind; label: string; values: Option[] }) {
  const may = useMay("pipeline", "update");
  const order = useSave((ids: string[]) => post("/options/order", { body: { kind, ids } }));
  return (
    <Card title={label} aside={<span className="text-meta text-fg-3">{plural(values.length, "value")}</span>}>
      <SortableList
        label={label}
        items={values}
        disabled={!may}
        onOrder={(ids) => order.mutate(ids)}
        row={(value) => <ListValue value={value} others={values.filter((v) => v.id !== value.id)} may={may} />}
      />
      {may && <AddValue kind={kind} label={label} />}
    </Card>
  );
}

function AddValue({ kind, label }: { kind: OptionKind; label: string }) {
  const [name, setName] = useState("");
  const add = useSave((value: string) => post("/options", { body: { kind, name: value } }));
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() !== "") add.mutate(name.trim(), { onSuccess: () => setName("") });
  };
  return (
    <form onSubmit={submit} className="flex gap-2 border-t border-line px-3 py-2">
      <Input
        aria-label={`New value of ${label}`}
        placeholder="Add a value"
        value={name}
        maxLength={200}
        className="max-w-64"
        onChange={(e) => setName(e.target.value)}
      />
      <Button type="submit" disabled={name.trim() === ""} busy={add.isPending && "Adding"} className="h-8">
        <Plus /> Add
      </Button>
    </form>
  );
}
