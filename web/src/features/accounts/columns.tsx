import { Link } from "@tanstack/react-router";
import type { Account } from "@/api/types";
import { ENDS, FILLED, fieldEdit, NUMBERS, type TableColumn } from "@/components/crm/table/column";
import { Badge } from "@/components/ui/badge";
import { CompanyMark, Person } from "@/components/ui/marks";
import { date, money, number } from "@/lib/format";

const edit = fieldEdit<Account>;
const day = (at: string) => <span className="text-fg-3">{date(at.slice(0, 10))}</span>;

export const COLUMNS: TableColumn<Account>[] = [
  {
    id: "name",
    header: "Account",
    width: 200,
    grow: 3,
    sort: "name",
    edit: edit("name", "Name", "text", { clearable: false }),
    sums: { field: "name", measures: ["count"] },
    figure: "count",
    cell: (a) => (
      <Link
        to="/accounts/$id"
        params={{ id: a.id }}
        tabIndex={-1}
        className="flex min-w-0 items-center gap-1.5 hover:underline"
      >
        <CompanyMark name={a.name} />
        <span className="truncate">{a.name}</span>
      </Link>
    ),
  },
  {
    id: "industry_id",
    header: "Industry",
    width: 140,
    grow: 1,
    wide: true,
    edit: edit("industry_id", "Industry", "choice", { options: "industry" }),
    sums: { field: "industry_id", measures: FILLED },
    cell: (a, option) => option(a.industry_id),
  },
  {
    id: "owner",
    header: "Owner",
    width: 150,
    wide: true,
    edit: edit("owner", "Owner", "user", { clearable: false }),
    sums: { field: "owner_id", measures: ["count"] },
    cell: (a) => <Person person={a.owner} />,
  },
  {
    id: "country",
    header: "Country",
    width: 130,
    grow: 1,
    wide: true,
    edit: edit("country", "Country", "text"),
    sums: { field: "country", measures: FILLED },
    cell: (a) => a.country,
  },
  {
    id: "employees",
    header: "Employees",
    width: 110,
    wide: true,
    align: "right",
    edit: edit("employees", "Employees", "number"),
    sums: { field: "employees", measures: NUMBERS },
    cell: (a) => typeof a.employees === "number" && number(a.employees),
  },
  {
    id: "annual_revenue",
    header: "Revenue",
    width: 130,
    sort: "annual_revenue",
    align: "right",
    edit: edit("annual_revenue", "Revenue", "money"),
    sums: { field: "annual_revenue", measures: NUMBERS },
    figure: "sum",
    cell: (a) => money(a.annual_revenue),
  },
  {
    id: "updated",
    field: "updated_at",
    header: "Changed",
    width: 116,
    wide: true,
    sort: "updated_at",
    align: "right",
    sums: { field: "updated_at", measures: ENDS },
    cell: (a) => day(a.updated_at),
  },
  {
    id: "domain",
    header: "Domain",
    width: 150,
    wide: true,
    hidden: true,
    edit: edit("domain", "Domain", "text"),
    sums: { field: "domain", measures: FILLED },
    cell: (a) => a.domain,
  },
  {
    id: "region_id",
    header: "Region",
    width: 130,
    wide: true,
    hidden: true,
    edit: edit("region_id", "Region", "choice", { options: "region" }),
    sums: { field: "region_id", measures: FILLED },
    cell: (a, option) => option(a.region_id),
  },
  {
    id: "phone",
    header: "Phone",
    width: 130,
    wide: true,
    hidden: true,
    edit: edit("phone", "Phone", "text"),
    sums: { field: "phone", measures: FILLED },
    cell: (a) => a.phone,
  },
  {
    id: "website",
    header: "Website",
    width: 160,
    wide: true,
    hidden: true,
    edit: edit("website", "Website", "text"),
    sums: { field: "website", measures: FILLED },
    cell: (a) => a.website,
  },
  {
    id: "tags",
    header: "Tags",
    width: 140,
    wide: true,
    hidden: true,
    edit: edit("tags", "Tags", "tags"),
    cell: (a) =>
      a.tags.map((t) => (
        <Badge key={t} className="mr-1">
          {t}
        </Badge>
      )),
  },
  {
    id: "created",
    field: "created_at",
    header: "Created",
    width: 116,
    wide: true,
    hidden: true,
    sort: "created_at",
    align: "right",
    sums: { field: "created_at", measures: ENDS },
    cell: (a) => day(a.created_at),
  },
];
