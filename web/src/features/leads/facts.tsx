/** A lead's fields, edited where they stand. */
import { FIELD_LOCKED, useFields, useOptions } from "@/api/shared";
import type { Lead, OptionKind, Ref } from "@/api/types";
import { CustomFacts } from "@/components/crm/custom-facts";
import type { FieldKind, FieldValue } from "@/components/crm/editor";
import { Fact } from "@/components/crm/fact";
import { Origin } from "@/components/crm/enrichment/origin";
import { useEdit } from "@/components/crm/use-edit";
import { Badge } from "@/components/ui/badge";
import { RATINGS, ratingWord } from "./ratings";

export function useLeadFact(l: Lead) {
  const save = useEdit<Lead>("leads");
  const fields = useFields("lead");
  const why = l.converted ? "A converted lead does not change" : "You may only read this lead";
  return (key: keyof Lead & string, label: string, kind: FieldKind, clearable = true) => ({
    label,
    field: key === "owner" ? `${key}_id` : key,
    kind,
    currency: "",
    clearable,
    value: l[key] as FieldValue,
    hidden: fields.hides(key),
    link: <Origin object="lead" record={l} field={key} />,
    locked: l.may.update && !l.converted ? (fields.locks(key) ? FIELD_LOCKED : undefined) : why,
    onSave: (value: FieldValue) => {
      const body = key === "owner" ? { owner_id: (value as Ref | null)?.id ?? null } : { [key]: value };
      save({ record: l, label, body, next: { [key]: value } });
    },
  });
}

type OptionField = "status_id" | "source_id" | "industry_id" | "region_id";

export function LeadOption(props: { l: Lead; name: OptionField; label: string; kind: OptionKind; row?: boolean }) {
  const { l, name, label, kind, row = false } = props;
  const fact = useLeadFact(l);
  // Nobody says that a lead is converted but its conversion.
  const options = useOptions(kind, l[name]).filter((o) => o.category !== "converted" || o.id === l[name]);
  return (
    <Fact
      row={row}
      {...fact(name, label, "choice", name !== "status_id")}
      choices={options.map((o) => ({ value: o.id, label: o.name }))}
      shown={options.find((o) => o.id === l[name])?.name ?? (name === "status_id" ? l.status.name : "")}
    />
  );
}

export function LeadDetails({ l }: { l: Lead }) {
  const fact = useLeadFact(l);
  const save = useEdit<Lead>("leads");
  return (
    <div className="max-w-xl text-cell">
      <Fact row {...fact("first_name", "First name", "text")} shown={l.first_name} />
      <Fact row {...fact("last_name", "Last name", "text")} shown={l.last_name} />
      <Fact row {...fact("company", "Company", "text")} shown={l.company} />
      <Fact row {...fact("title", "Title", "text")} shown={l.title} />
      <Fact row {...fact("website", "Website", "text")} shown={l.website} />
      <Fact row {...fact("country", "Country", "text")} shown={l.country} />
      <Fact
        row
        {...fact("rating", "Rating", "choice")}
        choices={RATINGS.map(([value, label]) => ({ value, label }))}
        shown={ratingWord(l.rating)}
      />
      <LeadOption row l={l} name="source_id" label="Source" kind="source" />
      <LeadOption row l={l} name="industry_id" label="Industry" kind="industry" />
      <LeadOption row l={l} name="region_id" label="Region" kind="region" />
      <Fact
        row
        {...fact("tags", "Tags", "tags")}
        shown={
          l.tags.length > 0
            ? l.tags.map((t) => (
                <Badge key={t} className="mr-1">
                  {t}
                </Badge>
              ))
            : ""
        }
      />
      <Fact row {...fact("description", "Description", "long")} shown={l.description} />
      <div className="mt-6 flex flex-col gap-6">
        <CustomFacts
          object="lead"
          custom={l.custom}
          errors={l.formula_errors}
          locked={fact("first_name", "First name", "text").locked}
          onSave={(label, custom) =>
            save({ record: l, label, body: { custom }, next: { custom: { ...l.custom, ...custom } } })
          }
        />
      </div>
    </div>
  );
}
