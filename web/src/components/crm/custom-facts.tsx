/** A record's custom fields under their headings, each edited in place. */
import { useQuery } from "@tanstack/react-query";
import { customFieldsQuery, FIELD_LOCKED, useFields, useMe, usersQuery } from "@/api/shared";
import type { CustomField, Money, Ref } from "@/api/types";
import { date, money, number, plain } from "@/lib/format";
import { customChoices, customEdited, customSent, CUSTOM_KINDS } from "./custom-edit";
import { Fact } from "./fact";
import { useNamed } from "./named";

type Custom = Record<string, unknown>;

export function CustomFacts(props: {
  object: CustomField["object"];
  custom: Custom;
  /** Why formulas came to nothing, by key. */
  errors?: Record<string, string> | undefined;
  locked: string | undefined;
  onSave: (label: string, change: Custom) => void;
}) {
  const all = useQuery(customFieldsQuery()).data ?? [];
  const { hides, locks } = useFields(props.object);
  const fields = all
    .filter((f) => f.object === props.object && (!f.archived || props.custom[f.key] !== undefined))
    .filter((f) => !hides(`custom.${f.key}`))
    .sort((a, b) => a.position - b.position);
  const sections = [...new Set(fields.map((f) => f.section ?? ""))];
  return sections.map((section) => (
    <section key={section} className="flex flex-col gap-1">
      <h2 className="text-section text-fg">{section || "More"}</h2>
      <div className="grid gap-x-10 text-cell lg:grid-cols-2">
        {fields
          .filter((f) => (f.section ?? "") === section)
          .map((f) => (
            <CustomFact
              key={f.id}
              field={f}
              value={props.custom[f.key] ?? null}
              reason={props.errors?.[f.key]}
              locked={lockOf(f, locks(`custom.${f.key}`)) ?? props.locked}
              onSave={(value) => props.onSave(f.label, { [f.key]: value })}
            />
          ))}
      </div>
    </section>
  ));
}

/** Why a field is not written here, whoever may write the record. */
function lockOf(field: CustomField, kept: boolean): string | undefined {
  if (field.archived) return "This field is archived";
  if (field.kind === "formula") return "It is worked out of other fields";
  return kept ? FIELD_LOCKED : undefined;
}

/** A value as a list shows it; a formula that came to nothing says why. */
export function CustomValue(props: { field: CustomField; value: unknown; reason?: string | undefined }) {
  const named = useShown(props.field, props.value ?? null);
  if (props.reason) return <Reason text={props.reason} />;
  return shown(props.field, props.value, named, (values) => labelsOf(props.field, values));
}

const Reason = ({ text }: { text: string }) => (
  <span title={`No value: ${text}`} className="text-fg-3 italic">
    {text}
  </span>
);

const labelsOf = (field: CustomField, values: unknown): string[] =>
  (Array.isArray(values) ? values : []).map((v) => field.options.find((o) => o.value === v)?.label ?? plain(v));

function CustomFact(props: {
  field: CustomField;
  value: unknown;
  reason: string | undefined;
  locked: string | undefined;
  onSave: (value: unknown) => void;
}) {
  const { field, value } = props;
  const currency = useMe().organisation.currency;
  const named = useShown(field, value);
  const labels = (values: unknown) => labelsOf(field, values);
  return (
    <Fact
      row
      kind={CUSTOM_KINDS[field.kind]}
      label={field.label}
      value={customEdited(field, value, named)}
      currency={currency}
      clearable={!field.required}
      choices={customChoices(field, value)}
      locked={props.locked}
      shown={props.reason ? <Reason text={props.reason} /> : shown(field, value, named, labels)}
      onSave={(next) => props.onSave(customSent(field, next))}
    />
  );
}

/** The person or record that the value names. */
function useShown(field: CustomField, value: unknown): Ref | null {
  const id = typeof value === "string" ? value : null;
  const people = useQuery({ ...usersQuery(), enabled: field.kind === "user" }).data ?? [];
  const record = useNamed(field.kind === "account" || field.kind === "contact" ? field.kind : null, id);
  if (id === null) return null;
  if (field.kind === "user") return people.find((p) => p.id === id) ?? null;
  return record;
}

function shown(
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
