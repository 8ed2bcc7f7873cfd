import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { z } from "@/lib/zod";
import { patch } from "@/api/client";
import { isApiError } from "@/api/problem";
import { meQuery, useMe } from "@/api/shared";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { told } from "@/components/ui/toast";
import { setLocale } from "@/lib/format";
import { LOCALES, localeName, timeZones } from "./zones";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Say your name.")),
  locale: z.string(),
  time_zone: z.string(),
});
type Values = z.infer<typeof schema>;

export function ProfileForm() {
  const client = useQueryClient();
  const { user } = useMe();
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { name: user.name, locale: user.locale ?? "", time_zone: user.time_zone ?? "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    const body = { name: values.name, locale: values.locale || null, time_zone: values.time_zone || null };
    try {
      await patch("/me", { body, ifMatch: user.version });
      await client.invalidateQueries({ queryKey: meQuery().queryKey });
      await Promise.all(["users", "working-hours"].map((key) => client.invalidateQueries({ queryKey: [key] })));
      setLocale((await client.query(meQuery())).user);
      told("Profile saved");
    } catch (error) {
      if (isApiError(error, "version_conflict")) await client.invalidateQueries({ queryKey: meQuery().queryKey });
      landErrors(error, Object.keys(values), form.setError);
    }
  });
  const locales = user.locale && !LOCALES.includes(user.locale) ? [user.locale, ...LOCALES] : LOCALES;
  return (
    <form noValidate className="flex flex-col gap-4 p-4" onSubmit={(e) => void submit(e)}>
      {errors.root && (
        <p role="alert" className="text-cell text-bad-text">
          {errors.root.message}
        </p>
      )}
      <Field label="Name" required error={errors.name?.message}>
        {(w) => <Input {...w} {...form.register("name")} autoComplete="name" />}
      </Field>
      <Field label="E-mail" hint="An administrator can change it.">
        {(w) => <Input {...w} value={user.email} disabled readOnly />}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Dates and numbers" error={errors.locale?.message}>
          {(w) => (
            <Select {...w} {...form.register("locale")}>
              <option value="">As the browser</option>
              {locales.map((tag) => (
                <option key={tag} value={tag}>
                  {localeName(tag)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Time zone" error={errors.time_zone?.message}>
          {(w) => (
            <Select {...w} {...form.register("time_zone")}>
              <option value="">As the browser</option>
              {timeZones().map((zone) => (
                <option key={zone} value={zone}>
                  {zone.replaceAll("_", " ")}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <div>
        <Button variant="primary" type="submit" busy={isSubmitting && "Saving"}>
          Save profile
        </Button>
      </div>
    </form>
  );
}
