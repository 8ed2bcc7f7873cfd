import { post } from "@/api/client";
import { textOf, type NewField } from "@/components/crm/new-record/fields";
import { NewRecord } from "@/components/crm/new-record/form";
import { RATINGS } from "./ratings";

const FIELDS: NewField[] = [
  { name: "first_name", label: "First name", kind: "text" },
  { name: "last_name", label: "Last name", kind: "text" },
  { name: "company", label: "Company", kind: "text" },
  { name: "title", label: "Title", kind: "text" },
  { name: "email", label: "E-mail", kind: "email" },
  { name: "phone", label: "Phone", kind: "tel" },
  { name: "website", label: "Website", kind: "text" },
  { name: "source_id", label: "Source", kind: "option", options: "source" },
  {
    name: "rating",
    label: "Rating",
    kind: "choice",
    choices: [{ value: "", label: "None" }, ...RATINGS.map(([value, label]) => ({ value, label }))],
  },
  { name: "industry_id", label: "Industry", kind: "option", options: "industry", more: true },
  { name: "region_id", label: "Region", kind: "option", options: "region", more: true },
  { name: "country", label: "Country", kind: "text", more: true },
  { name: "owner_id", label: "Owner", kind: "user", more: true },
  { name: "tags", label: "Tags", kind: "tags", more: true },
];

export function NewLead({ onClose }: { onClose: () => void }) {
  return (
    <NewRecord
      object="lead"
      fields={FIELDS}
      check={(v): Record<string, string> =>
        ["first_name", "last_name", "company"].some((name) => textOf(v, name).trim() !== "")
          ? {}
          : { last_name: "Enter a name or a company." }
      }
      compared={(v) => ({
        first_name: textOf(v, "first_name"),
        last_name: textOf(v, "last_name"),
        company: textOf(v, "company"),
        email: textOf(v, "email"),
        phone: textOf(v, "phone"),
        website: textOf(v, "website"),
      })}
      send={(body) => post("/leads", { body })}
      onClose={onClose}
    />
  );
}
