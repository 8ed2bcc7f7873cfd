import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type SyntheticEvent } from "react";
import { patch, post } from "@/api/client";
import type { SlaRule } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { slaCalendarsQuery } from "@/components/crm/sla-calendars";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { told } from "@/components/ui/toast";
import { DeleteSlaRule } from "./delete";
import { Expression } from "./expression";
import { MeasureFields } from "./measure-fields";
import { Places } from "./places";
import { slaRulesQuery } from "./queries";
import { Simulator } from "./simulator";
import { Steps } from "./steps";
import { bodyOf, draftOf, LANDS, patchOf, type Draft } from "./values";

export function SlaEditor({ rule }: { rule: SlaRule | null }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const calendars = useSuspenseQuery(slaCalendarsQuery()).data;
  const [draft, setDraft] = useState(() => draftOf(rule, calendars[0]?.id ?? null));
  const [busy, setBusy] = useState(false);
  const { errors, above, check, land } = useLanding<keyof Draft>(LANDS);
  const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (!check(draft.name.trim() ? {} : { name: "Name the rule." })) return;
    setBusy(true);
    try {
      await (rule
        ? patch("/sla-rules/{id}", { path: { id: rule.id }, ifMatch: rule.version, body: patchOf(draft) })
        : post("/sla-rules", { body: bodyOf(draft) }));
      await client.invalidateQueries({ queryKey: slaRulesQuery().queryKey });
      told(rule ? "Rule saved" : "Rule added; it counts from now on");
      await navigate({ to: "/admin/sla" });
    } catch (error) {
      land(error);
      setBusy(false);
    }
  };
  return (
    <div className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      <h1 className="text-title text-fg">{rule ? rule.name : "New service level"}</h1>
      <form noValidate className="flex flex-col gap-5" onSubmit={(e) => void submit(e)}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <Field label="Name" required error={errors.name}>
          {(w) => (
            <Input
              {...w}
              autoFocus={!rule}
              maxLength={200}
              placeholder="First call within four hours"
              value={draft.name}
              onChange={(e) => put({ name: e.target.value })}
            />
          )}
        </Field>
        <MeasureFields draft={draft} put={put} fixed={rule !== null} errors={errors} calendars={calendars} />
        <Expression
          label="For records of which this is true"
          hint="CEL. true is every record. Names complete as you type; Ctrl+Space lists them."
          object={draft.object}
          value={draft.condition}
          required
          error={errors.condition}
          onChange={(condition) => put({ condition })}
        />
        <Places
          label={
            draft.object === "lead"
              ? "The clock stands still in these statuses"
              : "The clock stands still in these stages"
          }
          hint="None: it always runs while the record is open."
          object={draft.object}
          chosen={draft.pause_in}
          error={errors.pause_in}
          onChange={(pause_in) => put({ pause_in })}
        />
        <Expression
          label="And while this is true"
          hint="For instance while a field of yours says that you wait for the customer. Empty: never."
          object={draft.object}
          value={draft.pause_while ?? ""}
          error={errors.pause_while}
          onChange={(pause_while) => put({ pause_while })}
        />
        <Steps
          steps={draft.steps}
          object={draft.object}
          warns={draft.warn_percent !== null}
          error={errors.steps}
          onChange={(steps) => put({ steps })}
        />
        <div className="flex flex-wrap items-center gap-2">
          <Button variant="primary" type="submit" busy={busy && "Saving"}>
            {rule ? "Save rule" : "Add rule"}
          </Button>
          <Button type="button" onClick={() => void navigate({ to: "/admin/sla" })}>
            Cancel
          </Button>
          {rule && <DeleteSlaRule rule={rule} />}
        </div>
      </form>
      <Simulator body={() => bodyOf({ ...draft, name: draft.name.trim() || "This rule" })} />
    </div>
  );
}
