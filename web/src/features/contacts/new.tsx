import { post } from "@/api/client";
import type { Ref } from "@/api/types";
import { textOf, type NewField, type NewValues } from "@/components/crm/new-record/fields";
import { NewRecord } from "@/components/crm/new-record/form";

const FIELDS: NewField[] = [
  { name: "first_name", label: "First name", kind: "text" },
  { name: "last_name", label: "Last name", kind: "text", required: "Enter a last name." },
  { name: "title", label: "Title", kind: "text" },
  { name: "phone", label: "Phone", kind: "tel" },
  { name: "email", label: "E-mail", kind: "email", wide: true },
  { name: "account_id", label: "Account", kind: "account", wide: true, placeholder: "Find an account" },
  { name: "owner_id", label: "Owner", kind: "user", more: true },
  { name: "tags", label: "Tags", kind: "tags", more: true },
];

const idOf = (values: NewValues, name: string) => {
  const value = values[name];
  return value !== null && typeof value === "object" ? value.id : undefined;
};

export function NewContact({ account, onClose }: { account?: Ref | undefined; onClose: () => void }) {
  return (
    <NewRecord
      object="contact"
      fields={FIELDS}
      initial={account ? { account_id: account } : {}}
      compared={(v) => ({
        first_name: textOf(v, "first_name"),
        last_name: textOf(v, "last_name"),
        email: textOf(v, "email"),
        phone: textOf(v, "phone"),
        account_id: idOf(v, "account_id"),
      })}
      send={(body) => post("/contacts", { body })}
      onClose={onClose}
    />
  );
}
