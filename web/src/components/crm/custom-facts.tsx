/** A record's custom fields under their headings, each edited in place. */
import { useQuery } from "@tanstack/react-query";
import { customFieldsQuery, FIELD_LOCKED, useFields, useMe } from "@/api/shared";
import type { CustomField } from "@/api/types";
import { customChoices, customEdited, customSent, CUSTOM_KINDS } from "./custom-edit";
import { labelsOf, Reason, shown, useShown } from "./custom-value";
import { Fact } from "./fact";

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
      field={`custom.${field.key}`}
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
