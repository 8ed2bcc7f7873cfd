import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";

/** Asks for the one thing that something new needs: its name; or for another one. */
export function NameDialog(props: {
  title: string;
  hint?: string;
  /** What it is called now. */
  name?: string;
  save: (name: string) => Promise<unknown>;
  /** Queries that show it. */
  refresh: string[];
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [name, setName] = useState(props.name ?? "");
  const save = useMutation({
    mutationFn: () => props.save(name.trim()),
    onSuccess: async () => {
      await Promise.all(props.refresh.map((key) => client.invalidateQueries({ queryKey: [key] })));
      props.onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() !== "") save.mutate();
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={props.title}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form="name-dialog"
            disabled={name.trim() === ""}
            busy={save.isPending && (props.name ? "Saving" : "Adding")}
          >
            {props.name ? "Rename" : "Add"}
          </Button>
        </>
      }
    >
      <form id="name-dialog" noValidate onSubmit={submit}>
        <Field label="Name" required hint={props.hint} error={save.error ? sentence(save.error) : undefined}>
          {(w) => <Input {...w} autoFocus value={name} maxLength={200} onChange={(e) => setName(e.target.value)} />}
        </Field>
      </form>
    </Overlay>
  );
}
