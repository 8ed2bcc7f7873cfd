import { Link } from "@tanstack/react-router";
import type { Contact } from "@/api/types";
import { ENDS, FILLED, fieldEdit, type TableColumn } from "@/components/crm/table/column";
import { Badge } from "@/components/ui/badge";
import { Company, Person, PersonMark } from "@/components/ui/marks";
import { date } from "@/lib/format";

const edit = fieldEdit<Contact>;
const day = (at: string) => <span className="text-fg-3">{date(at.slice(0, 10))}</span>;

export const COLUMNS: TableColumn<Contact>[] = [
  {
    id: "name",
    header: "Contact",
    width: 180,
    grow: 2,
    sort: "name",
    // A name is of two parts: they are changed on the contact's own page.
    sums: { field: "name", measures: ["count"] },
    figure: "count",
    cell: (c) => (
      <Link
        to="/contacts/$id"
        params={{ id: c.id }}
        tabIndex={-1}
        className="flex min-w-0 items-center gap-1.5 hover:underline"
      >
        <PersonMark id={c.id} name={c.name} />
        <span className="truncate">{c.name}</span>
      </Link>
    ),
  },
  {
    id: "title",
    header: "Title",
    width: 150,
    grow: 1,
    wide: true,
    edit: edit("title", "Title", "text"),
    sums: { field: "title", measures: FILLED },
    cell: (c) => c.title,
  },
  {
    id: "account",
    header: "Account",
    width: 150,
    grow: 2,
    edit: edit("account", "Account", "account"),
    sums: { field: "account_id", measures: FILLED },
    cell: (c) =>
      c.account && (
        <Link to="/accounts/$id" params={{ id: c.account.id }} tabIndex={-1} className="hover:underline">
          <Company name={c.account.name} />
        </Link>
      ),
  },
  {
    id: "email",
    header: "E-mail",
    width: 190,
    grow: 2,
    wide: true,
    edit: edit("email", "E-mail", "text"),
    sums: { field: "email", measures: FILLED },
    cell: (c) =>
      c.email && (
        <a href={`mailto:${c.email}`} tabIndex={-1} className="hover:underline">
          {c.email}
        </a>
      ),
  },
  {
    id: "phone",
    header: "Phone",
    width: 140,
    wide: true,
    edit: edit("phone", "Phone", "text"),
    sums: { field: "phone", measures: FILLED },
    cell: (c) => c.phone,
  },
  {
    id: "owner",
    header: "Owner",
    width: 150,
    wide: true,
    edit: edit("owner", "Owner", "user", { clearable: false }),
    sums: { field: "owner_id", measures: ["count"] },
    cell: (c) => <Person person={c.owner} />,
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
    cell: (c) => day(c.updated_at),
  },
  {
    id: "tags",
    header: "Tags",
    width: 140,
    wide: true,
    hidden: true,
    edit: edit("tags", "Tags", "tags"),
    cell: (c) =>
      c.tags.map((t) => (
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
    cell: (c) => day(c.created_at),
  },
];
