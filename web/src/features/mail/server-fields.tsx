import type { UseFormReturn } from "react-hook-form";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import type { Values } from "./values";

export function ServerFields({ form, known }: { form: UseFormReturn<Values>; known: boolean }) {
  const { errors } = form.formState;
  const text = (name: "address" | "host" | "username", label: string, placeholder: string) => (
    <Field label={label} required error={errors[name]?.message}>
      {(w) => <Input {...w} {...form.register(name)} placeholder={placeholder} autoComplete="off" />}
    </Field>
  );
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {text("address", "Address", "you@example.com")}
      {text("host", "IMAP server", "imap.example.com")}
      <Field label="Encryption" error={errors.security?.message}>
        {(w) => (
          <Select {...w} {...form.register("security")}>
            <option value="tls">TLS (mostly port 993)</option>
            <option value="starttls">STARTTLS (mostly port 143)</option>
            <option value="plain">None: only on this machine</option>
          </Select>
        )}
      </Field>
      <Field label="Port" required error={errors.port?.message}>
        {(w) => <Input {...w} {...form.register("port", { valueAsNumber: true })} inputMode="numeric" />}
      </Field>
      {text("username", "User name", "you@example.com")}
      <Field
        label="Password"
        required={!known}
        error={errors.password?.message}
        hint={known ? "Empty: as it is." : "It is kept encrypted and shown to nobody."}
      >
        {(w) => <Input {...w} {...form.register("password")} type="password" autoComplete="new-password" />}
      </Field>
    </div>
  );
}
