/** Which folders are read: those the server has, asked when somebody wants to choose. */
import { useMutation } from "@tanstack/react-query";
import { useWatch, type UseFormReturn } from "react-hook-form";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Mailbox } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import type { Values } from "./values";

export function FolderChoice({ form, mailbox }: { form: UseFormReturn<Values>; mailbox: Mailbox }) {
  const chosen = useWatch({ control: form.control, name: "folders" });
  const look = useMutation({
    mutationFn: async () => {
      const { host, port, security, username, password } = form.getValues();
      const body = { host, port, security, username, mailbox_id: mailbox.id, ...(password && { password }) };
      return (await post("/mailboxes/check", { body })).data.folders;
    },
  });
  const known = mailbox.folders.map((name, at) => ({ name, label: mailbox.folder_labels[at] ?? name }));
  const toggle = (name: string, on: boolean) =>
    form.setValue("folders", on ? [...chosen, name] : chosen.filter((n) => n !== name), { shouldDirty: true });
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-meta font-medium text-fg-2">Folders that are read</legend>
      {(look.data ?? known).map((folder) => (
        <label key={folder.name} className="flex items-center gap-2 text-cell text-fg">
          <Checkbox checked={chosen.includes(folder.name)} onCheckedChange={(on) => toggle(folder.name, on === true)} />
          {folder.label}
        </label>
      ))}
      {look.isError && (
        <p role="alert" className="text-meta text-bad-text">
          {sentence(look.error)}
        </p>
      )}
      {!look.data && (
        <div>
          <Button size="row" busy={look.isPending && "Asking"} onClick={() => look.mutate()}>
            Show all folders
          </Button>
        </div>
      )}
    </fieldset>
  );
}
