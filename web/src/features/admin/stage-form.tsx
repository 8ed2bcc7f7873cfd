import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { patch, post } from "@/api/client";
import { ApiError, isApiError } from "@/api/problem";
import type { Stage } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { FORECAST } from "@/components/crm/show-value";
import { Button } from "@/components/ui/button";
import type { Colour } from "@/components/ui/colour";
import { ColourPicker } from "@/components/ui/colour-picker";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { z } from "@/lib/zod";
import { OpenDeals } from "./open-deals";
import { fitsKind, RequiredFields } from "@/components/crm/required-fields";
import { MASTER_DATA } from "./use-save";

const whole = (least: number, most: number, words: string) =>
  z
    .string()
    .check(
      z.refine((text) => text === "" || (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most), words),
    );
const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Name the stage.")),
  kind: z.enum(["open", "won", "lost"]),
  probability: whole(0, 100, "A whole number from 0 to 100."),
  wip_limit: whole(1, 100_000, "A whole number from 1 to 100,000, or nothing."),
  wip_policy: z.enum(["warn", "block"]),
  forecast_category: z.enum(["", "omitted", "pipeline", "best_case", "commit"]),
});
type Values = z.infer<typeof schema>;

export function StageForm(props: { stage?: Stage; pipelineId?: string; onClose: () => void }) {
  const { stage } = props;
  const client = useQueryClient();
  const [colour, setColour] = useState<Colour | null>(stage?.colour ?? null);
  const [required, setRequired] = useState<string[]>(stage?.required_fields ?? []);
  const [undecided, setUndecided] = useState<number | null>(null);
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: {
      name: stage?.name ?? "",
      kind: stage?.kind ?? "open",
      probability: stage ? String(stage.probability) : "",
      wip_limit: stage?.wip_limit ? String(stage.wip_limit) : "",
      wip_policy: stage?.wip_policy ?? "warn",
      forecast_category: stage?.forecast_category === "closed" ? "" : (stage?.forecast_category ?? ""),
    },
  });
  const { errors, isSubmitting } = form.formState;
  const save = async (values: Values, open_deals?: "follow" | "leave") => {
    const body = {
      name: values.name,
      kind: values.kind,
      colour,
      required_fields: required.filter((field) => fitsKind(field, values.kind)),
      forecast_category: values.kind === "open" && values.forecast_category ? values.forecast_category : null,
      wip_limit: values.wip_limit === "" ? null : Number(values.wip_limit),
      wip_policy: values.kind === "open" ? values.wip_policy : ("warn" as const),
      ...(values.probability === "" ? {} : { probability: Number(values.probability) }),
    };
    try {
      if (stage)
        await patch("/stages/{id}", {
          path: { id: stage.id },
          body: { ...body, ...(open_deals ? { open_deals } : {}) },
          ifMatch: stage.version,
        });
      else await post("/pipelines/{id}/stages", { path: { id: props.pipelineId ?? "" }, body });
      await Promise.all(MASTER_DATA.map((key) => client.invalidateQueries({ queryKey: [key] })));
      props.onClose();
    } catch (error) {
      if (isApiError(error, "open_deals_undecided"))
        setUndecided(error instanceof ApiError ? (error.problem.count ?? 0) : 0);
      else landErrors(error, Object.keys(values), form.setError);
    }
  };
  const kind = form.watch("kind");
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={stage ? `Edit ${stage.name}` : "New stage"}
      footer={
        undecided === null && (
          <>
            <Button onClick={props.onClose}>Cancel</Button>
            <Button variant="primary" type="submit" form="stage" busy={isSubmitting && "Saving"}>
              {stage ? "Save stage" : "Add stage"}
            </Button>
          </>
        )
      }
    >
      {undecided !== null && (
        <OpenDeals
          count={undecided}
          from={stage?.probability ?? 0}
          to={Number(form.getValues("probability"))}
          onDecide={(decided) => void form.handleSubmit((values) => save(values, decided))()}
          onBack={() => setUndecided(null)}
        />
      )}
      <form
        id="stage"
        noValidate
        hidden={undecided !== null}
        className="flex flex-col gap-4"
        onSubmit={(e) => void form.handleSubmit((values) => save(values))(e)}
      >
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} autoFocus maxLength={200} />}
        </Field>
        <div className="grid grid-cols-3 gap-3 max-sm:grid-cols-1">
          <Field label="Deals in it are" error={errors.kind?.message}>
            {(w) => (
              <Select {...w} {...form.register("kind")}>
                <option value="open">Open</option>
                <option value="won">Won</option>
                <option value="lost">Lost</option>
              </Select>
            )}
          </Field>
          <Field label="Probability, %" error={errors.probability?.message}>
            {(w) => <Input {...w} {...form.register("probability")} inputMode="numeric" className="tnum" />}
          </Field>
          <Field label="At most, deals at once" error={errors.wip_limit?.message}>
            {(w) => <Input {...w} {...form.register("wip_limit")} inputMode="numeric" className="tnum" />}
          </Field>
        </div>
        {kind === "open" && form.watch("wip_limit") !== "" && (
          <Field
            label="When it is full"
            error={errors.wip_policy?.message}
            hint="All open deals of the organisation count, whoever sees them."
          >
            {(w) => (
              <Select {...w} {...form.register("wip_policy")}>
                <option value="warn">Warn on the board</option>
                <option value="block">Take no more deals</option>
              </Select>
            )}
          </Field>
        )}
        {kind === "open" && (
          <Field
            label="In the forecast, a deal that enters is"
            error={errors.forecast_category?.message}
            hint="Whoever moves it can say otherwise."
          >
            {(w) => (
              <Select {...w} {...form.register("forecast_category")}>
                <option value="">As it was before</option>
                {["omitted", "pipeline", "best_case", "commit"].map((word) => (
                  <option key={word} value={word}>
                    {FORECAST[word]}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <div className="flex flex-col gap-1">
          <span className="text-meta font-medium text-fg-2">Colour</span>
          <ColourPicker name="stage-colour" value={colour} onChange={setColour} />
        </div>
        <RequiredFields kind={kind} value={required} onChange={setRequired} />
      </form>
    </Overlay>
  );
}
