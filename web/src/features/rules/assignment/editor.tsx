import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Controller, useForm, useWatch } from "react-hook-form";
import { patch, post } from "@/api/client";
import type { AssignmentChooser, AssignmentRule } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { told } from "@/components/ui/toast";
import { z } from "@/lib/zod";
import { ExpressionInput } from "@/components/crm/expression-input";
import { vocabularyQuery } from "../queries";
import { Verdict, corrected, useVerdict } from "../verdict";
import { ChooserFields } from "./chooser-fields";
import { DeleteAssignmentRule } from "./delete";
import { assignmentRulesQuery } from "./queries";
import { TryOnLead } from "./try";
import { WhenFields } from "./when-fields";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Name the rule.")),
  condition: z.string().check(z.trim(), z.minLength(1, "Write for which leads it is; true for all.")),
  chooser: z.custom<AssignmentChooser>(),
  working_hours: z.boolean(),
  fallback_id: z.nullable(z.string()),
});
type Values = z.infer<typeof schema>;

const EMPTY: Values = {
  name: "",
  condition: "true",
  chooser: { by: "round_robin", members: [] },
  working_hours: false,
  fallback_id: null,
};

export function AssignmentEditor({ rule }: { rule: AssignmentRule | null }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { active, ...stored } = { active: true, ...(rule ?? EMPTY) };
  const values = { ...stored, fallback_id: stored.fallback_id ?? null };
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: values });
  const { errors, isSubmitting } = form.formState;
  const condition = useWatch({ control: form.control, name: "condition" });
  const vocabulary = useQuery(vocabularyQuery("lead")).data;
  const verdict = useVerdict("lead", condition);
  const submit = form.handleSubmit(async (body) => {
    try {
      await (rule
        ? patch("/assignment-rules/{id}", { path: { id: rule.id }, ifMatch: rule.version, body })
        : post("/assignment-rules", { body }));
      await client.invalidateQueries({ queryKey: assignmentRulesQuery().queryKey });
      told(rule ? "Rule saved" : "Rule added; it stands last");
      await navigate({ to: "/admin/assignment" });
    } catch (error) {
      landErrors(error, Object.keys(schema.shape), form.setError);
    }
  });
  return (
    <div className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      <h1 className="text-title text-fg">{rule ? rule.name : "New assignment rule"}</h1>
      <form noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} autoFocus={!rule} placeholder="Hot leads from Germany" />}
        </Field>
        <Field
          label="For leads of which this is true"
          required
          error={errors.condition?.message}
          hint="CEL. true is every lead. Names complete as you type; Ctrl+Space lists them."
        >
          {(w) => (
            <Controller
              control={form.control}
              name="condition"
              render={({ field }) => (
                <ExpressionInput {...w} value={field.value} onChange={field.onChange} vocabulary={vocabulary} />
              )}
            />
          )}
        </Field>
        <Verdict
          verdict={verdict}
          onTake={(p) => form.setValue("condition", corrected(condition, p), { shouldDirty: true })}
        />
        <Controller
          control={form.control}
          name="chooser"
          render={({ field }) => (
            <ChooserFields chooser={field.value} onChange={field.onChange} error={errors.chooser?.message} />
          )}
        />
        <WhenFields form={form} />
        <div className="flex flex-wrap items-center gap-2">
          <Button variant="primary" type="submit" busy={isSubmitting && "Saving"}>
            {rule ? "Save rule" : "Add rule"}
          </Button>
          <Button type="button" onClick={() => void navigate({ to: "/admin/assignment" })}>
            Cancel
          </Button>
          {rule && <DeleteAssignmentRule rule={rule} />}
        </div>
      </form>
      <TryOnLead
        draftId={rule?.id}
        draft={() => {
          const draft = form.getValues();
          return { ...draft, name: draft.name.trim() === "" ? "This rule" : draft.name, active };
        }}
      />
    </div>
  );
}
