/** One field, changed in place: shown at once, sent with the version it was made against, put back if it is refused. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { patch } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { Problem } from "@/api/types";
import { failed } from "@/components/ui/toast";
import { patchRecord, type RecordType } from "./cache";
import { raiseConflict } from "./conflict";
import { unsaved } from "./live/marks";
import { showValue } from "./show-value";
import { useTold } from "./use-undo";

export interface Edit<R> {
  record: R;
  /** What is sent. */
  body: Record<string, unknown>;
  /** How the record reads once it is saved. */
  next: Partial<R>;
  /** The field's name, for what is said about it. */
  label: string;
  /** Where it is said why it was refused; else it is told in passing. */
  refused?: (why: string) => void;
}
interface Editable {
  id: string;
  name: string;
  version: number;
}

const KNOWINGLY = "allow_duplicates";

const alike = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** A record's value by the name that history and conflicts have for it: custom fields stand by themselves. */
function valueAt(record: object, field: string): unknown {
  const fields = record as Record<string, unknown>;
  if (!field.startsWith("custom.")) return fields[field];
  return (fields.custom as Record<string, unknown> | undefined)?.[field.slice("custom.".length)];
}

/** The edit as it is sent by whoever has seen that the record may be there twice. */
const knowingly = <R>(edit: Edit<R>): Edit<R> => ({ ...edit, body: { ...edit.body, [KNOWINGLY]: true } });

export function useEdit<R extends Editable>(type: RecordType) {
  const client = useQueryClient();
  const told = useTold();
  const mutation = useMutation({
    mutationFn: ({ record, body }: Edit<R>) =>
      patch(`/${type}/{id}`, { path: { id: record.id }, body, ifMatch: record.version }),
    onMutate: ({ record, next }) => {
      unsaved.set(record.id, Object.keys(next));
      // What is on the page may be newer than what the change was made against: it is what comes back.
      let before: Partial<R> = {};
      patchRecord<R>(client, type, record.id, (old) => {
        before = Object.fromEntries(Object.keys(next).map((k) => [k, old[k as keyof R]])) as Partial<R>;
        return { ...old, ...next };
      });
      return before;
    },
    onError: (error, edit, before): void => {
      patchRecord<R>(client, type, edit.record.id, (old) => ({ ...old, ...before }));
      if (isApiError(error, "version_conflict") && error.problem.conflict) {
        clash(edit, error.problem.conflict);
        return;
      }
      const title = `${edit.label} was not saved`;
      if (edit.refused && !isApiError(error, "duplicate_found")) {
        edit.refused(sentence(error));
        return;
      }
      if (!isApiError(error, "duplicate_found"))
        failed(title, sentence(error), { label: "Retry", run: () => mutation.mutate(edit) });
      // The same again would be refused again: it is saved knowingly, or not at all.
      else if (!error.problem.may_override) failed(title, sentence(error));
      else failed(title, sentence(error), { label: "Save anyway", run: () => mutation.mutate(knowingly(edit)) });
    },
    onSettled: (_data, _error, { record }) => void unsaved.delete(record.id),
    onSuccess: ({ data, eventId }, { record, label }) => {
      patchRecord<R>(client, type, record.id, (old) => ({ ...old, ...(data as unknown as R) }));
      void client.invalidateQueries({ queryKey: ["timeline"] });
      for (const sums of ["figures", "groups"]) void client.invalidateQueries({ queryKey: [type, sums] });
      told(`${label} changed`, eventId);
    },
  });
  function clash(edit: Edit<R>, found: NonNullable<Problem["conflict"]>): void {
    const refetch = () => void client.invalidateQueries({ queryKey: [type] });
    const original = (field: string) => valueAt(edit.record, field);
    const ours = found.fields.filter((f) => !alike(f.theirs, original(f.field)));
    if (ours.length === 0) {
      // Only other fields moved on: what was seen here is as it was, and the change still stands.
      mutation.mutate({ ...edit, record: { ...edit.record, version: found.version } });
      return;
    }
    raiseConflict({
      name: edit.record.name,
      fields: ours,
      label: (field) => (ours.length === 1 ? edit.label : field),
      show: (field, value) => showValue(client, field, value),
      original,
      takeTheirs: refetch,
      keepMine: (fields) =>
        mutation.mutate({
          ...edit,
          record: { ...edit.record, version: found.version },
          body: Object.fromEntries(
            Object.entries(edit.body).filter(([key]) => key === KNOWINGLY || fields.includes(key)),
          ),
        }),
    });
  }
  const { mutate } = mutation;
  return (edit: Edit<R>, refused?: (why: string) => void) => mutate(refused ? { ...edit, refused } : edit);
}
