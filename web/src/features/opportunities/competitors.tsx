import { useQuery } from "@tanstack/react-query";
import { Plus, Swords, X } from "lucide-react";
import { useState } from "react";
import { put, remove } from "@/api/client";
import { useFields, useOptions } from "@/api/shared";
import type { DealCompetitor, Opportunity } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ChoiceList } from "@/components/ui/combobox";
import { Input, Select } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";
import { Card, Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { dealCompetitorsQuery, usePart } from "./parts-query";

const STANDING: Record<DealCompetitor["standing"], string> = {
  active: "In the race",
  ahead: "Ahead of us",
  behind: "Behind us",
  out: "Out",
};

export function Competitors({ o }: { o: Opportunity }) {
  const query = useQuery(dealCompetitorsQuery(o.id));
  const { locks } = useFields("opportunity");
  const may = o.may.update && !locks("competitors");
  const items = query.data ?? [];
  return (
    <Card title="Competitors" aside={may && <AddCompetitor o={o} there={items.map((i) => i.competitor_id)} />}>
      {query.isPending && <SkeletonRows rows={2} />}
      <ReadFailed query={query} />
      {query.isSuccess && items.length === 0 && (
        <Empty icon={Swords} title="No competitors named">
          Name who else is after this deal, and how they stand.
        </Empty>
      )}
      <ul>
        {items.map((item) => (
          <CompetitorRow key={item.competitor_id} o={o} item={item} may={may} />
        ))}
      </ul>
    </Card>
  );
}

function AddCompetitor({ o, there }: { o: Opportunity; there: string[] }) {
  const [open, setOpen] = useState(false);
  const all = useOptions("competitor").filter((c) => !there.includes(c.id));
  const add = usePart(
    ({ id }: { id: string; name: string }) =>
      put("/opportunities/{id}/competitors/{competitor_id}", { path: { id: o.id, competitor_id: id }, body: {} }),
    ({ name }) => `${name} is in the race`,
  );
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      className="w-64"
      trigger={
        <Button size="row" busy={add.isPending && "Adding"}>
          <Plus /> Add a competitor
        </Button>
      }
    >
      {all.length === 0 ? (
        <p className="px-3 py-3 text-cell text-fg-3">
          {there.length > 0
            ? "All of the list are named."
            : "The list of competitors is empty. It is under Admin, Lists."}
        </p>
      ) : (
        <ChoiceList
          choices={all.map((c) => ({ value: c.id, label: c.name }))}
          selected={[]}
          placeholder="Find a competitor"
          onPick={(c) => {
            setOpen(false);
            add.mutate({ id: c.value, name: c.label });
          }}
        />
      )}
    </Popover>
  );
}

function CompetitorRow({ o, item, may }: { o: Opportunity; item: DealCompetitor; may: boolean }) {
  const path = { id: o.id, competitor_id: item.competitor_id };
  const save = usePart(
    (body: { standing?: DealCompetitor["standing"]; note?: string | null }) =>
      put("/opportunities/{id}/competitors/{competitor_id}", { path, body: { note: item.note ?? null, ...body } }),
    () => `${item.name} changed`,
  );
  const drop = usePart(
    () => remove("/opportunities/{id}/competitors/{competitor_id}", { path }),
    () => `${item.name} is no longer named`,
  );
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1.5 text-cell last:border-0">
      <span className="flex min-w-32 items-center gap-2 font-medium text-fg">
        {item.name} {item.lost_to && <Badge kind="bad">Lost to</Badge>}
      </span>
      {may ? (
        <Select
          aria-label={`How ${item.name} stands`}
          className="w-36"
          value={item.standing}
          onChange={(e) => save.mutate({ standing: e.target.value as DealCompetitor["standing"] })}
        >
          {Object.entries(STANDING).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      ) : (
        <Badge>{STANDING[item.standing]}</Badge>
      )}
      <span className="min-w-0 flex-1 text-fg-3 max-md:order-last max-md:basis-full">
        {may ? (
          <Input
            key={item.note}
            aria-label={`Note on ${item.name}`}
            placeholder="Add a note"
            maxLength={2000}
            defaultValue={item.note ?? ""}
            onBlur={(e) => e.target.value.trim() !== (item.note ?? "") && save.mutate({ note: e.target.value || null })}
            onKeyDown={(e) => e.key === "Enter" && e.currentTarget.blur()}
          />
        ) : (
          item.note
        )}
      </span>
      {/* Whom the deal was lost to stays named with it. */}
      {may && !item.lost_to && (
        <Button
          variant="quiet"
          size="iconRow"
          className="max-md:ml-auto"
          aria-label={`Take ${item.name} out`}
          onClick={() => drop.mutate(undefined)}
        >
          <X />
        </Button>
      )}
    </li>
  );
}
