import { useOptions } from "@/api/shared";
import type { Opportunity, OptionKind, WholeOpportunity } from "@/api/types";
import { CustomFacts } from "@/components/crm/custom-facts";
import { Fact } from "@/components/crm/fact";
import { useEdit } from "@/components/crm/use-edit";
import { Badge } from "@/components/ui/badge";
import { dateTime, money } from "@/lib/format";
import { EarlierCloses } from "./earlier-closes";
import { FIELDS, type FieldName } from "./fields";
import { Lines } from "./lines";
import { useFact } from "./record-head";

function OptionFact({ o, name, kind }: { o: Opportunity; name: FieldName & `${string}_id`; kind: OptionKind }) {
  const fact = useFact(o);
  const options = useOptions(kind, o[name]);
  return (
    <Fact
      row
      {...fact(name)}
      choices={options.map((x) => ({ value: x.id, label: x.name }))}
      shown={options.find((x) => x.id === o[name])?.name ?? ""}
    />
  );
}

const Plain = ({ label, children }: { label: string; children: React.ReactNode }) => (
  <div className="grid min-h-[30px] grid-cols-[140px_minmax(0,1fr)] items-center gap-2 text-cell">
    <span className="text-fg-3">{label}</span>
    <span className="truncate text-fg">{children}</span>
  </div>
);

export function Details({ o }: { o: WholeOpportunity }) {
  const fact = useFact(o);
  const save = useEdit<Opportunity>("opportunities");
  return (
    <div className="flex flex-col gap-6">
      <div className="grid gap-x-10 text-cell lg:grid-cols-2">
        <div>
          <Fact row {...fact("name")} shown={o.name} />
          <Fact row {...fact("amount")} shown={money(o.amount)} />
          <Fact row {...fact("probability")} shown={`${o.probability} %`} />
          {o.expected_revenue && <Plain label="Weighted">{money(o.expected_revenue)}</Plain>}
          <OptionFact o={o} name="type_id" kind="opportunity_type" />
          <OptionFact o={o} name="source_id" kind="source" />
        </div>
        <div>
          <OptionFact o={o} name="industry_id" kind="industry" />
          <OptionFact o={o} name="region_id" kind="region" />
          <Fact
            row
            {...fact("tags")}
            shown={
              o.tags.length > 0
                ? o.tags.map((t) => (
                    <Badge key={t} className="mr-1">
                      {t}
                    </Badge>
                  ))
                : ""
            }
          />
          {o.stage.kind === "lost" && (
            <>
              <OptionFact o={o} name="lost_reason_id" kind="loss_reason" />
              <OptionFact o={o} name="lost_to_id" kind="competitor" />
              <Fact row {...fact("lost_notes")} label={FIELDS.lost_notes.label} shown={o.lost_notes ?? ""} />
            </>
          )}
          {o.stage.kind === "won" && (
            <>
              <OptionFact o={o} name="won_reason_id" kind="win_reason" />
              <Fact row {...fact("won_notes")} shown={o.won_notes ?? ""} />
            </>
          )}
          {o.external_id && (
            <Plain label="External id">
              <code className="font-mono text-code">{o.external_id}</code>
            </Plain>
          )}
          <Plain label="Created">{dateTime(o.created_at)}</Plain>
          <Plain label="Changed">{dateTime(o.updated_at)}</Plain>
        </div>
      </div>
      <CustomFacts
        object="opportunity"
        custom={o.custom}
        errors={o.formula_errors}
        locked={fact("name").locked}
        onSave={(label, custom) =>
          save({ record: o, label, body: { custom }, next: { custom: { ...o.custom, ...custom } } })
        }
      />
      {!o.hidden_fields.includes("products") && <Lines o={o} />}
      <EarlierCloses id={o.id} />
    </div>
  );
}
