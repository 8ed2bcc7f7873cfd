import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { z } from "@/lib/zod";
import { toolServersQuery } from "./queries";

const schema = z.object({
  name: z.string().check(z.trim(), z.regex(/^[a-z][a-z0-9_]{0,29}$/, "Lower-case letters, digits and underscores.")),
  url: z.string().check(z.trim(), z.minLength(1, "Enter its address.")),
  secret: z.string().check(z.trim()),
});
type Values = z.infer<typeof schema>;

/** A server to be added, and looked at once it is there. */
export function NewToolServer({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: { name: "", url: "", secret: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ name, url, secret }) => {
    try {
      const { data } = await post("/tool-servers", { body: { name, url, ...(secret && { secret }) } });
      await post("/tool-servers/{id}/look", { path: { id: data.id } });
      onClose();
    } catch (error) {
      landErrors(error, ["name", "url", "secret"], form.setError);
    } finally {
      await client.invalidateQueries({ queryKey: toolServersQuery().queryKey });
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add a server of tools"
      description="It speaks the Model Context Protocol over streamable HTTP. None of its tools is allowed until you allow it."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-tool-server" busy={isSubmitting && "Adding"}>
            Add and test it
          </Button>
        </>
      }
    >
      <form id="new-tool-server" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message} hint="Its tools are asked for as name.tool.">
          {(w) => <Input {...w} {...form.register("name")} placeholder="weather" autoFocus />}
        </Field>
        <Field label="Address" required error={errors.url?.message}>
          {(w) => <Input {...w} {...form.register("url")} type="url" placeholder="https://tools.example.com/mcp" />}
        </Field>
        <Field
          label="Secret"
          error={errors.secret?.message}
          hint="Sent as a bearer, if it asks for one; never shown again."
        >
          {(w) => <Input {...w} {...form.register("secret")} type="password" autoComplete="off" />}
        </Field>
      </form>
    </Overlay>
  );
}
