/** What a custom field's value looks like. */
import { useQuery } from "@tanstack/react-query";
import { usersQuery } from "@/api/shared";
import type { CustomField, Money, Ref } from "@/api/types";
import { date, money, number, plain } from "@/lib/format";
import { useNamed } from "./named";

/** A value as a list shows it; a formula that came to nothing says why. */
export function CustomValue(props: { field: CustomField; value: unknown; reason?: string | undefined }) {
  const named = useShown(props.field, props.value ?? null);
  if (props.reason) return <Reason text={props.reason} />;
  return shown(props.field, props.value, named, (values) => labelsOf(props.field, values));
}

export const Reason = ({ text }: { text: string }) => (
  <span title={`No value: ${text}`} className="text-fg-3 italic">
    {text}
  </span>
);

export const labelsOf = (field: CustomField, values: unknown): string[] =>
  (Array.isArray(values) ? values : []).map((v) => field.options.find((o) => o.value === v)?.label ?? plain(v));

/** The person or record that the value names. */
export function useShown(field: CustomField, value: unknown): Ref | null {
  const id = typeof value === "string" ? value : null;
  const people = useQuery({ ...usersQuery(), enabled: field.kind === "user" }).data ?? [];
  const record = useNamed(field.kind === "account" || field.kind === "contact" ? field.kind : null, id);
  if (id === null) return null;
  if (field.kind === "user") return people.find((p) => p.id === id) ?? null;
  return record;
}

export function shown(
  field: CustomField,
  value: unknown,
  named: Ref | null,
  labels: (values: unknown) => string[],
): React.ReactNode {
  if (value === null || value === undefined) return "";
  switch (field.kind) {
    case "money":
      return money(value as Money);
    case "number":
      return number(Number(value));
    case "date":
      return date(plain(value));
    case "checkbox":
      return value === true ? "Yes" : "No";
    case "select":
      return labels([value])[0];
    case "multi_select":
      return labels(value).join(", ");
    case "user":
    case "account":
    case "contact":
      return named?.name ?? "…";
    case "formula":
      return worked(value);
    default:
      return plain(value);
  }
}

/** What a formula came to, by what it is: a number, yes or no, a day, a time, or words. */
function worked(value: unknown): string {
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return value ? "Yes" : "No";
  const text = plain(value);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? date(text) : text;
}
