import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { patch } from "@/api/client";
import { meQuery, useMay } from "@/api/shared";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { told } from "@/components/ui/toast";
import { z } from "@/lib/zod";
import { AdminPage } from "./layout";
import { organisationQuery } from "./queries";

const MONTHS = Array.from({ length: 12 }, (_, i) =>
  new Intl.DateTimeFormat("en", { month: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2026, i, 1))),
);
const ZONES = Intl.supportedValuesOf("timeZone");

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Name the organisation.")),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/, "A code of three letters, like EUR.")),
  locale: z.string(),
  time_zone: z.string(),
  fiscal_year_start: z.string(),
  trash_days: z
    .string()
    .check(z.refine((t) => /^\d+$/.test(t) && Number(t) >= 1 && Number(t) <= 3650, "From 1 to 3,650 days.")),
});
type Values = z.infer<typeof schema>;

export function OrganisationSettings() {
  const { data } = useSuspenseQuery(organisationQuery());
  const may = useMay("organisation", "update");
  const client = useQueryClient();
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    values: {
      name: data.name,
      currency: data.currency,
      locale: data.locale ?? "",
      time_zone: data.time_zone ?? "",
      fiscal_year_start: String(data.fiscal_year_start),
      trash_days: String(data.trash_days),
    },
  });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = form.handleSubmit(async (v) => {
    const body = {
      name: v.name,
      ...(v.currency === data.currency ? {} : { currency: v.currency }),
      locale: v.locale || null,
      time_zone: v.time_zone || null,
      fiscal_year_start: Number(v.fiscal_year_start),
      trash_days: Number(v.trash_days),
    };
    try {
      const { data: saved } = await patch("/organisation", { body, ifMatch: data.version });
      client.setQueryData(organisationQuery().queryKey, saved);
      // The first request after the change makes the server read again who we are; then it knows the new name.
      await client.invalidateQueries({ queryKey: organisationQuery().queryKey });
      await client.invalidateQueries({ queryKey: meQuery().queryKey });
      told("Settings saved");
    } catch (error) {
      landErrors(error, Object.keys(v), form.setError);
    }
  });
  return (
    <AdminPage title="Organisation" text="What holds for everyone who has not chosen otherwise.">
      <form noValidate className="flex max-w-md flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <fieldset disabled={!may} className="flex flex-col gap-4">
          <Field label="Name" required error={errors.name?.message}>
            {(w) => <Input {...w} {...form.register("name")} maxLength={200} />}
          </Field>
          <Field
            label="Currency"
            error={errors.currency?.message}
            hint={
              data.currency_is_open
                ? "Everything is summed in it. It stays as soon as there are amounts."
                : "There are amounts in it already, so it stays."
            }
          >
            {(w) => <Input {...w} {...form.register("currency")} disabled={!data.currency_is_open} maxLength={3} />}
          </Field>
          <Field
            label="Language and formats"
            error={errors.locale?.message}
            hint="A tag like en-GB; empty means the browser’s."
          >
            {(w) => <Input {...w} {...form.register("locale")} maxLength={35} />}
          </Field>
          <Field label="Time zone" error={errors.time_zone?.message}>
            {(w) => (
              <Select {...w} {...form.register("time_zone")}>
                <option value="">The browser’s</option>
                {ZONES.map((zone) => (
                  <option key={zone} value={zone}>
                    {zone}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="The fiscal year starts in" error={errors.fiscal_year_start?.message}>
            {(w) => (
              <Select {...w} {...form.register("fiscal_year_start")}>
                {MONTHS.map((month, i) => (
                  <option key={month} value={i + 1}>
                    {month}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field
            label="Days in the trash"
            error={errors.trash_days?.message}
            hint="What is deleted can be restored for so long. Then it is gone for good."
          >
            {(w) => <Input {...w} {...form.register("trash_days")} inputMode="numeric" className="tnum" />}
          </Field>
        </fieldset>
        {may && (
          <div>
            <Button variant="primary" type="submit" disabled={!isDirty} busy={isSubmitting && "Saving"}>
              Save settings
            </Button>
          </div>
        )}
      </form>
    </AdminPage>
  );
}
