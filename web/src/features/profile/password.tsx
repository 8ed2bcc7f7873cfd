import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "@/lib/zod";
import { post } from "@/api/client";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { told } from "@/components/ui/toast";

const schema = z.object({
  current_password: z.string().check(z.minLength(1, "Say your present password.")),
  password: z.string().check(z.minLength(10, "Use at least 10 characters.")),
});
type Values = z.infer<typeof schema>;
const EMPTY: Values = { current_password: "", password: "" };

export function Password() {
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: EMPTY });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (body) => {
    try {
      await post("/me/password", { body });
      form.reset(EMPTY);
      told("Password changed; you are signed out everywhere else");
    } catch (error) {
      landErrors(error, Object.keys(body), form.setError);
    }
  });
  return (
    <form noValidate className="flex flex-col gap-4 p-4" onSubmit={(e) => void submit(e)}>
      {errors.root && (
        <p role="alert" className="text-cell text-bad-text">
          {errors.root.message}
        </p>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Present password" error={errors.current_password?.message}>
          {(w) => (
            <Input {...w} {...form.register("current_password")} type="password" autoComplete="current-password" />
          )}
        </Field>
        <Field label="New password" error={errors.password?.message} hint="At least 10 characters.">
          {(w) => <Input {...w} {...form.register("password")} type="password" autoComplete="new-password" />}
        </Field>
      </div>
      <div>
        <Button type="submit" busy={isSubmitting && "Changing"}>
          Change password
        </Button>
      </div>
    </form>
  );
}
