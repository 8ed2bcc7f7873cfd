/** The list's columns: what each shows, how wide, what it sorts by, and which field it edits. */
import { TriangleAlert, CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Opportunity, Option } from "@/api/types";
import { FORECAST } from "@/components/crm/show-value";
import { Badge } from "@/components/ui/badge";
import { Company, Person } from "@/components/ui/marks";
import { StageRing } from "@/components/ui/stage-ring";
import { ago, date, dateTime, money, number } from "@/lib/format";
import { HEADERS } from "./column-names";
import type { FieldName } from "./fields";
import { daysInStage, warning } from "./stage-kind";

export interface ListColumn {
  id: string;
  header: string;
  width: number;
  align?: "right";
  /** Its name in an export, where it is another. */
  field?: string;
  sort?: string;
  edit?: FieldName;
  hidden?: boolean;
  cell: (o: Opportunity, option: (id: string | null | undefined) => string) => ReactNode;
}

const named = (
  id: string,
  pick: (o: Opportunity) => string | null | undefined,
  edit: FieldName,
): Omit<ListColumn, "header"> => ({
  id,
  width: 130,
  hidden: true,
  edit,
  cell: (o, option) => option(pick(o)),
});

const DEFS: Omit<ListColumn, "header">[] = [
  { id: "name", width: 180, sort: "name", edit: "name", cell: (o) => o.name },
  {
    id: "account",
    width: 130,
    edit: "account",
    cell: (o) => o.account && <Company name={o.account.name} />,
  },
  {
    id: "amount",
    width: 100,
    align: "right",
    sort: "amount",
    edit: "amount",
    cell: (o) => <span className="font-medium text-fg">{money(o.amount)}</span>,
  },
  {
    id: "close_date",
    width: 108,
    sort: "close_date",
    edit: "close_date",
    cell: (o) => <CloseDate o={o} />,
  },
  {
    id: "stage",
    width: 116,
    sort: "stage",
    cell: (o) => (
      <span className="inline-flex max-w-full min-w-0 items-center gap-1.5 align-top">
        <StageRing kind={o.stage.kind} probability={o.stage.probability} />
        <span className="truncate">{o.stage.name}</span>
      </span>
    ),
  },
  { id: "owner", width: 136, edit: "owner", cell: (o) => <Person person={o.owner} /> },
  {
    id: "forecast_category",
    width: 88,
    sort: "forecast_category",
    hidden: true,
    edit: "forecast_category",
    cell: (o) => FORECAST[o.forecast_category],
  },
  {
    id: "in_stage",
    field: "stage_entered_at",
    width: 76,
    align: "right",
    sort: "stage_entered_at",
    cell: (o) => <InStage o={o} />,
  },
  { id: "next_step", width: 156, edit: "next_step", cell: (o) => o.next_step },
  {
    id: "updated",
    field: "updated_at",
    width: 64,
    align: "right",
    sort: "updated_at",
    cell: (o) => (
      <time dateTime={o.updated_at} title={dateTime(o.updated_at)} className="text-fg-3">
        {ago(o.updated_at)}
      </time>
    ),
  },
  {
    id: "probability",
    width: 96,
    align: "right",
    sort: "probability",
    edit: "probability",
    hidden: true,
    cell: (o) => `${o.probability} %`,
  },
  {
    id: "expected_revenue",
    width: 110,
    align: "right",
    sort: "expected_revenue",
    hidden: true,
    cell: (o) => money(o.expected_revenue),
  },
  {
    id: "contact",
    field: "primary_contact",
    width: 160,
    edit: "primary_contact",
    hidden: true,
    cell: (o) => <Person person={o.primary_contact} />,
  },
  named("type_id", (o) => o.type_id, "type_id"),
  named("source_id", (o) => o.source_id, "source_id"),
  named("industry_id", (o) => o.industry_id, "industry_id"),
  named("region_id", (o) => o.region_id, "region_id"),
  named("lost_reason_id", (o) => o.lost_reason_id, "lost_reason_id"),
  named("lost_to_id", (o) => o.lost_to_id, "lost_to_id"),
  named("won_reason_id", (o) => o.won_reason_id, "won_reason_id"),
  {
    id: "tags",
    width: 140,
    edit: "tags",
    hidden: true,
    cell: (o) =>
      o.tags.map((t) => (
        <Badge key={t} className="mr-1">
          {t}
        </Badge>
      )),
  },
  {
    id: "created",
    field: "created_at",
    width: 100,
    sort: "created_at",
    hidden: true,
    cell: (o) => date(o.created_at.slice(0, 10)),
  },
];

export const COLUMNS: ListColumn[] = DEFS.map((d) => ({ ...d, header: HEADERS[d.id] ?? d.id }));

/** Columns of words take the room that is left. */
const GROW: Record<string, number> = { name: 3, account: 3, next_step: 3 };
/** A column as it stands in the table. */
export interface PlacedColumn {
  id: string;
  size: number;
  /** Where it stays when the table is scrolled sideways, pixels from the left; null if it goes along. */
  left: number | null;
  /** The last that stays: others pass under its edge. */
  edge: boolean;
}
/** What is in a cell that stays is hidden by nothing: it has a ground of its own. */
export const stays = (c: PlacedColumn) =>
  c.left !== null && ["sticky z-1", c.edge && "group-data-scrolled/grid:border-r"];
export const columnStyle = (c: PlacedColumn) => ({
  flex: `${GROW[c.id] ?? 0} 0 ${c.size}px`,
  ...(c.left === null ? {} : { left: c.left }),
});

export const optionNames =
  (options: Option[]) =>
  (id: string | null | undefined): string =>
    options.find((o) => o.id === id)?.name ?? "";

function CloseDate({ o }: { o: Opportunity }) {
  const late = warning(o)?.late === true;
  return (
    <span
      className={late ? "inline-flex items-center gap-1 align-top text-bad-text" : ""}
      title={late ? "Past its close date" : undefined}
    >
      {late && <CircleAlert className="size-3" aria-label="late" />}
      {date(o.close_date)}
    </span>
  );
}

function InStage({ o }: { o: Opportunity }) {
  if (o.stage.kind !== "open") return null;
  const found = warning(o);
  const slow = found !== null && !found.late;
  return (
    <span className={slow ? "inline-flex items-center gap-1 align-top font-medium text-warn-text" : "text-fg-2"}>
      {slow && <TriangleAlert className="size-3" aria-label="slow" />}
      {number(daysInStage(o))} d
    </span>
  );
}
