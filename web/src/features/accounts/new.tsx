import { post } from "@/api/client";
import { textOf, type NewField } from "@/components/crm/new-record/fields";
import { NewRecord } from "@/components/crm/new-record/form";

const FIELDS: NewField[] = [
  { name: "name", label: "Name", kind: "text", required: "Name the account.", wide: true },
  { name: "website", label: "Website", kind: "text" },
  { name: "phone", label: "Phone", kind: "tel" },
  { name: "industry_id", label: "Industry", kind: "option", options: "industry" },
  { name: "country", label: "Country", kind: "text" },
  { name: "region_id", label: "Region", kind: "option", options: "region", more: true },
  { name: "parent_id", label: "Parent account", kind: "account", more: true },
  { name: "owner_id", label: "Owner", kind: "user", more: true },
  { name: "tags", label: "Tags", kind: "tags", more: true },
];

export function NewAccount({ onClose }: { onClose: () => void }) {
  return (
    <NewRecord
      object="account"
      fields={FIELDS}
      compared={(v) => ({ name: textOf(v, "name"), website: textOf(v, "website"), phone: textOf(v, "phone") })}
      send={(body) => post("/accounts", { body })}
      onClose={onClose}
    />
  );
}
