import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { patch, post, remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { useMay, useMe } from "@/api/shared";
import type { SavedView } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";
import type { ListSpec } from "./spec";
import type { Selected } from "./view-query";

type Content = Selected & { layout: SavedView["layout"]; columns: SavedView["columns"]; grouping: string | null };

const WHO: Record<SavedView["visibility"], string> = {
  private: "Only me",
  team: "My team",
  organisation: "Everyone",
};

/** A new view of what is shown, or another name and other readers for one that there is. */
export function ViewDialog(props: {
  spec: ListSpec;
  view: SavedView | undefined;
  content: Content;
  onClose: () => void;
  onSaved: (view: SavedView) => void;
}) {
  const { spec, view } = props;
  const client = useQueryClient();
  const me = useMe();
  const everyone = useMay("saved_view", "create");
  const [name, setName] = useState(view?.name ?? "");
  const [visibility, setVisibility] = useState<SavedView["visibility"]>(view?.visibility ?? "private");
  const own = !view || view.owner_id === me.user.id;
  const choices = (["private", "team", "organisation"] as const).filter(
    (v) => v === view?.visibility || (v === "organisation" ? everyone : own && (v === "private" || me.user.team_id)),
  );
  const save = useMutation({
    mutationFn: async () => {
      const said = { name: name.trim(), visibility };
      const { data } = view
        ? await patch("/saved-views/{id}", { path: { id: view.id }, body: said, ifMatch: view.version })
        : await post("/saved-views", { body: { object: spec.object, ...said, ...props.content } });
      await client.invalidateQueries({ queryKey: ["saved-views"] });
      return data;
    },
    onSuccess: (saved) => {
      told(`Saved “${saved.name}”`);
      props.onSaved(saved);
    },
  });
  const error = save.error ? sentence(save.error) : undefined;
  const ofName = isApiError(save.error, "saved_view_name_taken");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() !== "") save.mutate();
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={view ? "Change the view" : "Save as a new view"}
      {...(view ? {} : { description: "Its filters, words, order and columns, under a name." })}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form="view-dialog"
            disabled={name.trim() === ""}
            busy={save.isPending && "Saving"}
          >
            Save
          </Button>
        </>
      }
    >
      <form id="view-dialog" noValidate onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name" required error={ofName ? error : undefined}>
          {(w) => <Input {...w} autoFocus value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
        </Field>
        <Field label="Who sees it" error={ofName ? undefined : error}>
          {(w) => (
            <Select
              {...w}
              value={visibility}
              onChange={(e) => setVisibility(e.target.value as SavedView["visibility"])}
            >
              {choices.map((v) => (
                <option key={v} value={v}>
                  {WHO[v]}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </form>
    </Overlay>
  );
}

export function DeleteView(props: { view: SavedView; onClose: () => void; onDeleted: () => void }) {
  const { view } = props;
  const client = useQueryClient();
  const gone = useMutation({
    mutationFn: () => remove("/saved-views/{id}", { path: { id: view.id }, ifMatch: view.version }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["saved-views"] });
      told(`Deleted “${view.name}”`);
      props.onDeleted();
    },
  });
  return (
    <Confirm
      title={`Delete “${view.name}”?`}
      verb="Delete view"
      doing="Deleting"
      pending={gone.isPending}
      error={gone.error ? sentence(gone.error) : null}
      onConfirm={() => gone.mutate()}
      onClose={props.onClose}
    >
      {view.visibility === "private"
        ? "The records in it stay."
        : "It is gone for everyone who sees it. The records in it stay."}
    </Confirm>
  );
}
