import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { optionsQuery, pipelinesQuery, productsQuery, usersQuery } from "@/api/shared";
import type { Import, ImportAction, ImportProblem } from "@/api/types";
import { RefList } from "@/components/crm/pickers";
import { Button } from "@/components/ui/button";
import { ChoiceList } from "@/components/ui/combobox";
import { Popover } from "@/components/ui/popover";
import { number, plural } from "@/lib/format";
import { RecordList } from "./record-list";

interface Props {
  item: Import;
  problems: ImportProblem[];
  busy: boolean;
  onDecide: (body: Record<string, unknown>) => void;
}

/** Each cause once, settled for all its rows. */
export function Problems({ item, problems, busy, onDecide }: Props) {
  if (problems.length === 0) return null;
  return (
    <ul className="divide-y divide-line rounded-xl border border-line-strong">
      {problems.map((p) => (
        <li
          key={`${p.code} ${p.field} ${p.value ?? ""}`}
          className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2.5"
        >
          {p.state === "error" ? (
            <CircleAlert className="size-4 shrink-0 text-bad" aria-label="Blocked" />
          ) : p.state === "undecided" ? (
            <TriangleAlert className="size-4 shrink-0 text-warn" aria-label="Undecided" />
          ) : (
            <Info className="size-4 shrink-0 text-fg-3" aria-label="Left out" />
          )}
          <div className="min-w-48 flex-1">
            <p className="text-cell">
              <span className="font-medium text-fg">{p.message}</span>{" "}
              <span className="text-fg-3 tnum">
                {plural(p.rows, "row")}
                {p.also > 0 && (p.also === p.rows ? ", also above" : `, ${number(p.also)} of them also above`)}
              </span>
            </p>
            {p.detail && <p className="text-meta text-fg-3">{p.detail}</p>}
          </div>
          <Actions item={item} problem={p} busy={busy} onDecide={onDecide} />
        </li>
      ))}
    </ul>
  );
}

function Actions({
  item,
  problem,
  busy,
  onDecide,
}: { item: Import; problem: ImportProblem } & Pick<Props, "busy" | "onDecide">) {
  return (
    <div className="flex flex-wrap gap-2 pl-[26px]">
      {problem.actions.map((action: ImportAction) => {
        const { patch } = action;
        if (patch) {
          return (
            <Button key={action.label} disabled={busy} onClick={() => onDecide(patch)}>
              {action.label}
            </Button>
          );
        }
        const values =
          typeof problem.value === "string"
            ? [problem.value]
            : (item.values[problem.field] ?? []).filter((v) => !v.resolved && !v.decision).map((v) => v.raw);
        return (
          <Choose
            key={action.label}
            label={action.label}
            field={problem.field}
            values={values}
            busy={busy}
            onDecide={onDecide}
          />
        );
      })}
    </div>
  );
}

/** Which record each unknown value means. */
function Choose({
  label,
  field,
  values,
  busy,
  onDecide,
}: { label: string; field: string; values: string[]; busy: boolean } & Pick<Props, "onDecide">) {
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState<{ raw: string; decision: { use: string } }[]>([]);
  const raw = values[made.length];
  const pick = (id: string) => {
    if (raw === undefined) return;
    const next = [...made, { raw, decision: { use: id } }];
    if (next.length < values.length) {
      setMade(next);
      return;
    }
    setOpen(false);
    setMade([]);
    onDecide({ values: { [field]: next } });
  };
  return (
    <Popover
      open={open}
      onOpenChange={(to) => {
        setOpen(to);
        // Leaving half way keeps what was decided so far.
        if (!to && made.length > 0) onDecide({ values: { [field]: made } });
        if (!to) setMade([]);
      }}
      align="end"
      className="w-72"
      trigger={<Button disabled={busy}>{label}</Button>}
    >
      {raw !== undefined && (
        <p className="border-b border-line px-3 py-2 text-cell text-fg-2">
          “<span className="font-medium text-fg">{raw}</span>” is{" "}
          {values.length > 1 && (
            <span className="text-fg-3">
              ({made.length + 1} of {values.length})
            </span>
          )}
        </p>
      )}
      <Choices key={raw} field={field} onPick={pick} />
    </Popover>
  );
}

const OPTION_OF: Record<string, string> = {
  type: "opportunity_type",
  source: "source",
  industry: "industry",
  region: "region",
  lost_reason: "loss_reason",
  status: "lead_status",
  call_outcome: "call_outcome",
  meeting_outcome: "meeting_outcome",
};

/** Fields of tasks and activities, with the kinds of records that they name. */
const RECORDS: Record<string, string[]> = {
  opportunity: ["opportunity"],
  lead: ["lead"],
  person: ["contact", "lead"],
  related_to: ["opportunity", "account", "contact", "lead"],
};

function Choices({ field, onPick }: { field: string; onPick: (id: string) => void }) {
  const key = field.replace(/_id$/, "");
  const stages = useQuery(pipelinesQuery()).data?.flatMap((p) => p.stages) ?? [];
  const options = useQuery(optionsQuery()).data ?? [];
  const products = useQuery(productsQuery()).data ?? [];
  const users = useQuery(usersQuery()).data ?? [];
  if (key === "account" || key === "parent")
    return <RefList kind="account" value={null} onPick={(ref) => ref && onPick(ref.id)} />;
  if (RECORDS[key]) return <RecordList kinds={RECORDS[key]} onPick={onPick} />;
  if (key.includes("contact")) return <RefList kind="contact" value={null} onPick={(ref) => ref && onPick(ref.id)} />;
  const list =
    key === "stage"
      ? stages
      : key === "product"
        ? products
        : key in OPTION_OF
          ? options.filter((o) => o.kind === OPTION_OF[key] && o.category !== "converted")
          : users;
  return (
    <ChoiceList
      choices={list.map((x) => ({ value: x.id, label: x.name }))}
      selected={[]}
      onPick={(c) => onPick(c.value)}
    />
  );
}
