import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "@/lib/zod";
import { post } from "@/api/client";
import { useFields, useMe, usePipelines } from "@/api/shared";
import type { Ref, Stage } from "@/api/types";
import { CustomInputs, useRequiredFields, type CustomValues } from "@/components/crm/custom-inputs";
import { customErrorsOf, landErrors } from "@/components/crm/form-errors";
import { RefPicker } from "@/components/crm/pickers";
import { useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { parseAmount } from "@/lib/parse";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Name the deal.")),
  amount: z
    .string()
    .check(
      z.refine((text) => text.trim() === "" || parseAmount(text) !== null, "Enter an amount, like 50,000 or 50k."),
    ),
  close_date: z.string(),
  stage_id: z.string(),
  next_step: z.string(),
});
type Values = z.infer<typeof schema>;

export function NewOpportunity(props: {
  account?: Ref | undefined;
  stageId?: string | undefined;
  onClose: () => void;
}) {
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const told = useTold();
  const fields = useFields("opportunity");
  const pipelines = usePipelines();
  const stages = pipelines.flatMap((p) => p.stages.filter((s) => s.kind === "open"));
  const [account, setAccount] = useState<Ref | null>(props.account ?? null);
  const [owner, setOwner] = useState<Ref | null>({ id: me.user.id, name: me.user.name });
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: {
      name: "",
      amount: "",
      close_date: "",
      stage_id: props.stageId ?? stages[0]?.id ?? "",
      next_step: "",
    },
  });
  const { errors, isSubmitting } = form.formState;
  const required = useRequiredFields("opportunity");
  const [custom, setCustom] = useState<CustomValues>({});
  const [customErrors, setCustomErrors] = useState<Record<string, string>>({});
  const submit = form.handleSubmit(async (values) => {
    const amount = parseAmount(values.amount);
    try {
      const { data, eventId } = await post("/opportunities", {
        body: fields.writable({
          name: values.name,
          account_id: account?.id ?? null,
          owner_id: owner?.id ?? me.user.id,
          stage_id: values.stage_id,
          amount: amount === null ? null : { amount, currency: me.organisation.currency },
          close_date: values.close_date || null,
          next_step: values.next_step || null,
          custom,
        }),
      });
      void client.invalidateQueries({ queryKey: ["opportunities"] });
      props.onClose();
      await navigate({ to: "/opportunities/$id", params: { id: data.id } });
      told(`Added ${data.name}`, eventId);
    } catch (error) {
      setCustomErrors(customErrorsOf(error));
      landErrors(error, Object.keys(values), form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title="New opportunity"
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-opportunity" busy={isSubmitting && "Adding"}>
            Add opportunity
          </Button>
        </>
      }
    >
      <form id="new-opportunity" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} autoFocus />}
        </Field>
        <Field label="Account">
          {(w) => (
            <RefPicker id={w.id} kind="account" value={account} onChange={setAccount} placeholder="Find an account" />
          )}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          {!fields.locks("amount") && (
            <Field label={`Amount, ${me.organisation.currency}`} error={errors.amount?.message}>
              {(w) => <Input {...w} {...form.register("amount")} inputMode="decimal" className="tnum" />}
            </Field>
          )}
          {!fields.locks("close_date") && (
            <Field label="Close date" error={errors.close_date?.message}>
              {(w) => <Input {...w} {...form.register("close_date")} type="date" />}
            </Field>
          )}
          <Field label="Stage" error={errors.stage_id?.message}>
            {(w) => (
              <Select {...w} {...form.register("stage_id")}>
                {pipelines.length > 1
                  ? pipelines.map((p) => (
                      <optgroup key={p.id} label={p.name}>
                        <StageOptions stages={p.stages} />
                      </optgroup>
                    ))
                  : pipelines.map((p) => <StageOptions key={p.id} stages={p.stages} />)}
              </Select>
            )}
          </Field>
          <Field label="Owner">{(w) => <RefPicker id={w.id} kind="user" value={owner} onChange={setOwner} />}</Field>
        </div>
        <CustomInputs fields={required} values={custom} errors={customErrors} onChange={setCustom} />
        {!fields.locks("next_step") && (
          <Field label="Next step" error={errors.next_step?.message}>
            {(w) => <Input {...w} {...form.register("next_step")} />}
          </Field>
        )}
      </form>
    </Overlay>
  );
}

const StageOptions = ({ stages }: { stages: Stage[] }) =>
  stages
    .filter((s) => s.kind === "open")
    .map((s) => (
      <option key={s.id} value={s.id}>
        {s.name}
      </option>
    ));
