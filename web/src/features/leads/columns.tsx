import { Link } from "@tanstack/react-router";
import type { Lead } from "@/api/types";
import { ENDS, FILLED, NUMBERS, fieldEdit, type TableColumn } from "@/components/crm/table/column";
import { Badge } from "@/components/ui/badge";
import { Person, PersonMark } from "@/components/ui/marks";
import { date } from "@/lib/format";
import { RATINGS, ratingWord } from "./ratings";
import { gradeWord } from "./score-words";
import { LeadStatus } from "./status";

const edit = fieldEdit<Lead>;
const day = (at: string) => <span className="text-fg-3">{date(at.slice(0, 10))}</span>;
const choice = (id: "source_id" | "industry_id" | "region_id", header: string, hidden: boolean): TableColumn<Lead> => ({
  id,
  header,
  width: 130,
  grow: hidden ? 0 : 1,
  wide: true,
  hidden,
  edit: edit(id, header, "choice", {
    options: id === "source_id" ? "source" : id === "industry_id" ? "industry" : "region",
  }),
  sums: { field: id, measures: FILLED },
  cell: (l, option) => option(l[id]),
});

export const COLUMNS: TableColumn<Lead>[] = [
  {
    id: "name",
    header: "Lead",
    width: 180,
    grow: 2,
    sort: "name",
    // A name is of two parts: they are changed on the lead's own page.
    sums: { field: "name", measures: ["count"] },
    figure: "count",
    cell: (l) => (
      <Link
        to="/leads/$id"
        params={{ id: l.id }}
        tabIndex={-1}
        className="flex min-w-0 items-center gap-1.5 hover:underline"
      >
        <PersonMark id={l.id} name={l.name} />
        <span className="truncate">{l.name}</span>
      </Link>
    ),
  },
  {
    id: "company",
    header: "Company",
    width: 160,
    grow: 2,
    sort: "company",
    wide: true,
    edit: edit("company", "Company", "text"),
    sums: { field: "company", measures: FILLED },
    cell: (l) => l.company,
  },
  {
    id: "status",
    header: "Status",
    width: 130,
    edit: {
      field: "status_id",
      label: "Status",
      kind: "choice",
      clearable: false,
      options: "lead_status",
      value: (l) => l.status.id,
      // Its name and its category are the server's to tell.
      change: (record, value) => ({ record, label: "Status", body: { status_id: value }, next: {} }),
    },
    sums: { field: "status_id", measures: ["count"] },
    cell: (l) => <LeadStatus lead={l} />,
  },
  {
    id: "rating",
    header: "Rating",
    width: 90,
    wide: true,
    edit: edit("rating", "Rating", "choice", { choices: RATINGS.map(([value, label]) => ({ value, label })) }),
    sums: { field: "rating", measures: FILLED },
    cell: (l) => ratingWord(l.rating),
  },
  {
    id: "score",
    header: "Score",
    width: 84,
    sort: "score",
    align: "right",
    sums: { field: "score", measures: NUMBERS },
    title: (l) => (l.grade ? `Grade ${gradeWord(l.grade)}` : undefined),
    cell: (l) => typeof l.score === "number" && <span className="tnum">{`${l.score} ${gradeWord(l.grade)}`}</span>,
  },
  choice("source_id", "Source", false),
  {
    id: "email",
    header: "E-mail",
    width: 190,
    grow: 2,
    wide: true,
    edit: edit("email", "E-mail", "text"),
    sums: { field: "email", measures: FILLED },
    cell: (l) =>
      l.email && (
        <a href={`mailto:${l.email}`} tabIndex={-1} className="hover:underline">
          {l.email}
        </a>
      ),
  },
  {
    id: "owner",
    header: "Owner",
    width: 150,
    wide: true,
    edit: edit("owner", "Owner", "user", { clearable: false }),
    sums: { field: "owner_id", measures: ["count"] },
    cell: (l) => <Person person={l.owner} />,
  },
  {
    id: "created",
    field: "created_at",
    header: "Came in",
    width: 116,
    wide: true,
    sort: "created_at",
    align: "right",
    sums: { field: "created_at", measures: ENDS },
    cell: (l) => day(l.created_at),
  },
  choice("industry_id", "Industry", true),
  choice("region_id", "Region", true),
  {
    id: "phone",
    header: "Phone",
    width: 140,
    wide: true,
    hidden: true,
    edit: edit("phone", "Phone", "text"),
    sums: { field: "phone", measures: FILLED },
    cell: (l) => l.phone,
  },
  {
    id: "country",
    header: "Country",
    width: 130,
    wide: true,
    hidden: true,
    edit: edit("country", "Country", "text"),
    sums: { field: "country", measures: FILLED },
    cell: (l) => l.country,
  },
  {
    id: "tags",
    header: "Tags",
    width: 140,
    wide: true,
    hidden: true,
    edit: edit("tags", "Tags", "tags"),
    cell: (l) =>
      l.tags.map((t) => (
        <Badge key={t} className="mr-1">
          {t}
        </Badge>
      )),
  },
];
