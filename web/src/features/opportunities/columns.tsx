/** The list's columns: what each shows, how wide, what it sorts by, and which field it edits. */
import { TriangleAlert, CircleAlert } from "lucide-react";
import { Link } from "@tanstack/react-router";
import type { Opportunity } from "@/api/types";
import { PendingBadge } from "@/components/crm/pending-badge";
import { usePendingProposals } from "@/components/crm/pending-proposals";
import { ENDS, FILLED, NUMBERS, type TableColumn } from "@/components/crm/table/column";
import { FORECAST } from "@/components/crm/show-value";
import { Badge } from "@/components/ui/badge";
import { Company, Person } from "@/components/ui/marks";
import { StageRing } from "@/components/ui/stage-ring";
import { ago, date, dateTime, money, number } from "@/lib/format";
import { HEADERS } from "./column-names";
import { FIELDS, type FieldName } from "./fields";
import { daysInStage, warning } from "./stage-kind";

type Column = TableColumn<Opportunity>;

const named = (
  id: keyof typeof HEADERS,
  pick: (o: Opportunity) => string | null | undefined,
  edit: FieldName,
): Column => ({
  id,
  header: HEADERS[id],
  width: 130,
  hidden: true,
  wide: true,
  edit: FIELDS[edit],
  sums: { field: id, measures: FILLED },
  cell: (o, option) => option(pick(o)),
});

export const COLUMNS: Column[] = [
  {
    id: "name",
    grow: 3,
    sums: { field: "name", measures: ["count"] },
    figure: "count",
    header: HEADERS.name,
    width: 180,
    sort: "name",
    edit: FIELDS.name,
    cell: (o) => <Name o={o} />,
  },
  {
    id: "account",
    wide: true,
    grow: 3,
    sums: { field: "account_id", measures: FILLED },
    header: HEADERS.account,
    width: 130,
    edit: FIELDS.account,
    cell: (o) => o.account && <Company name={o.account.name} />,
  },
  {
    id: "amount",
    sums: { field: "amount", measures: NUMBERS },
    figure: "sum",
    header: HEADERS.amount,
    width: 100,
    align: "right",
    sort: "amount",
    edit: FIELDS.amount,
    cell: (o) => <span className="font-medium text-fg">{money(o.amount)}</span>,
  },
  {
    id: "close_date",
    wide: true,
    sums: { field: "close_date", measures: ENDS },
    header: HEADERS.close_date,
    width: 108,
    sort: "close_date",
    edit: FIELDS.close_date,
    cell: (o) => <CloseDate o={o} />,
  },
  {
    id: "stage",
    wide: true,
    sums: { field: "stage_id", measures: ["count"] },
    header: HEADERS.stage,
    width: 116,
    sort: "stage",
    cell: (o) => (
      <span className="inline-flex max-w-full min-w-0 items-center gap-1.5 align-top">
        <StageRing kind={o.stage.kind} probability={o.stage.probability} />
        <span className="truncate">{o.stage.name}</span>
      </span>
    ),
  },
  {
    id: "owner",
    wide: true,
    sums: { field: "owner_id", measures: ["count"] },
    header: HEADERS.owner,
    width: 136,
    edit: FIELDS.owner,
    cell: (o) => <Person person={o.owner} />,
  },
  {
    id: "forecast_category",
    wide: true,
    header: HEADERS.forecast_category,
    width: 88,
    sort: "forecast_category",
    hidden: true,
    edit: FIELDS.forecast_category,
    cell: (o) => FORECAST[o.forecast_category],
  },
  {
    id: "in_stage",
    wide: true,
    sums: { field: "stage_entered_at", measures: ENDS },
    field: "stage_entered_at",
    header: HEADERS.in_stage,
    width: 76,
    align: "right",
    sort: "stage_entered_at",
    cell: (o) => <InStage o={o} />,
  },
  {
    id: "next_step",
    wide: true,
    grow: 3,
    sums: { field: "next_step", measures: FILLED },
    header: HEADERS.next_step,
    width: 156,
    edit: FIELDS.next_step,
    title: (o) => o.next_step ?? undefined,
    cell: (o) => o.next_step,
  },
  {
    id: "follow_up_date",
    wide: true,
    hidden: true,
    sums: { field: "follow_up_date", measures: ENDS },
    header: HEADERS.follow_up_date,
    width: 88,
    sort: "follow_up_date",
    edit: FIELDS.follow_up_date,
    cell: (o) => date(o.follow_up_date),
  },
  {
    id: "updated",
    wide: true,
    sums: { field: "updated_at", measures: ENDS },
    field: "updated_at",
    header: HEADERS.updated,
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
    wide: true,
    sums: { field: "probability", measures: NUMBERS },
    header: HEADERS.probability,
    width: 96,
    align: "right",
    sort: "probability",
    edit: FIELDS.probability,
    hidden: true,
    cell: (o) => `${o.probability} %`,
  },
  {
    id: "expected_revenue",
    wide: true,
    sums: { field: "expected_revenue", measures: NUMBERS },
    header: HEADERS.expected_revenue,
    width: 110,
    align: "right",
    sort: "expected_revenue",
    hidden: true,
    cell: (o) => money(o.expected_revenue),
  },
  {
    id: "contact",
    wide: true,
    sums: { field: "primary_contact_id", measures: FILLED },
    field: "primary_contact",
    header: HEADERS.contact,
    width: 160,
    edit: FIELDS.primary_contact,
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
    wide: true,
    header: HEADERS.tags,
    width: 140,
    edit: FIELDS.tags,
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
    wide: true,
    sums: { field: "created_at", measures: ENDS },
    field: "created_at",
    header: HEADERS.created,
    width: 100,
    sort: "created_at",
    hidden: true,
    cell: (o) => date(o.created_at.slice(0, 10)),
  },
];

function Name({ o }: { o: Opportunity }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Link
        to="/opportunities/$id"
        params={{ id: o.id }}
        tabIndex={-1}
        title={o.name}
        className="truncate hover:underline"
      >
        {o.name}
      </Link>
      <PendingBadge count={usePendingProposals(o.id)} />
    </span>
  );
}

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
