import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Controller, useForm, useWatch } from "react-hook-form";
import { z } from "@/lib/zod";
import { patch, post } from "@/api/client";
import type { Rule } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { told } from "@/components/ui/toast";
import { DeleteRule } from "./delete-rule";
import { DryRun } from "./dry-run";
import { ExpressionInput } from "@/components/crm/expression-input";
import { OBJECTS, fieldLabel, vocabularyQuery } from "./queries";
import { TestRecord } from "./test-record";
import { Verdict, corrected, useVerdict } from "./verdict";

const schema = z.object({
  object: z.enum(["opportunity", "account", "contact", "lead", "task"]),
  name: z.string().check(z.trim(), z.minLength(1, "Name the rule.")),
  expression: z.string().check(z.trim(), z.minLength(1, "Write what must be true.")),
  field: z.string().check(z.minLength(1, "Choose a field.")),
  message: z.string().check(z.trim(), z.minLength(1, "Say what is wrong, and what to do.")),
});
type Values = z.infer<typeof schema>;

const EMPTY: Values = { object: "opportunity", name: "", expression: "", field: "", message: "" };

export function RuleEditor({ rule }: { rule: Rule | null }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: rule ?? EMPTY });
  const { errors, isSubmitting } = form.formState;
  const [object, expression] = useWatch({ control: form.control, name: ["object", "expression"] });
  const vocabulary = useQuery(vocabularyQuery(object)).data;
  const verdict = useVerdict(object, expression);
  const submit = form.handleSubmit(async (values) => {
    const { object: of, ...fields } = values;
    try {
      await (rule
        ? patch("/rules/{id}", { path: { id: rule.id }, ifMatch: rule.version, body: fields })
        : post("/rules", { body: { object: of, ...fields } }));
      await client.invalidateQueries({ queryKey: ["rules"] });
      told(rule ? "Rule saved" : "Rule added; it holds from now on");
      await navigate({ to: "/admin/rules" });
    } catch (error) {
      landErrors(error, Object.keys(values), form.setError);
    }
  });
  return (
    <div className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      <h1 className="text-title text-fg">{rule ? rule.name : "New validation rule"}</h1>
      <form noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <div className="grid gap-3 md:grid-cols-[160px_1fr]">
          <Field label="Object" error={errors.object?.message}>
            {(w) => (
              <Select
                {...w}
                {...form.register("object", { onChange: () => form.setValue("field", "") })}
                disabled={rule !== null}
              >
                {OBJECTS.map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Name" required error={errors.name?.message}>
            {(w) => (
              <Input {...w} {...form.register("name")} autoFocus={!rule} placeholder="Won deals have an amount" />
            )}
          </Field>
        </div>
        <Field
          label="Must be true"
          required
          error={errors.expression?.message}
          hint="CEL. Names complete as you type; Ctrl+Space lists them."
        >
          {(w) => (
            <Controller
              control={form.control}
              name="expression"
              render={({ field }) => (
                <ExpressionInput {...w} value={field.value} onChange={field.onChange} vocabulary={vocabulary} />
              )}
            />
          )}
        </Field>
        <Verdict
          verdict={verdict}
          onTake={(p) => form.setValue("expression", corrected(expression, p), { shouldDirty: true })}
        />
        <div className="grid gap-3 md:grid-cols-[200px_1fr]">
          <Field label="The message lands on" required error={errors.field?.message}>
            {(w) => (
              <Select {...w} {...form.register("field")} key={vocabulary ? object : "loading"}>
                <option value="">Choose a field</option>
                {vocabulary?.fields.map((f) => (
                  <option key={f} value={f}>
                    {fieldLabel(f)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Message" required error={errors.message?.message}>
            {(w) => <Input {...w} {...form.register("message")} placeholder="Say what the deal is worth." />}
          </Field>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <Button variant="primary" type="submit" busy={isSubmitting && "Saving"}>
            {rule ? "Save rule" : "Add rule"}
          </Button>
          <Button type="button" onClick={() => void navigate({ to: "/admin/rules" })}>
            Cancel
          </Button>
          {rule && <DeleteRule rule={rule} />}
        </div>
      </form>
      <TestRecord key={`test-${object}`} object={object} expression={expression} />
      <DryRun
        key={`run-${object}-${expression}`}
        object={object}
        expression={expression}
        ready={verdict?.ok ?? false}
      />
    </div>
  );
}
