/** Who changed which field of which record just now, and which records are gone: what pages show of others' work. */
import type { Ref } from "@/api/types";
import { createStore } from "@/lib/store";

export interface Mark {
  who: Ref;
  /** It is shown as long as it is news; afterwards it only says who it was. */
  fresh: boolean;
  /** By the person themselves, from another page. */
  own: boolean;
}
export type Marked = Record<string, Mark>;

/** By record and by field, see `plain`. */
export const marks = createStore<Record<string, Marked>>({});
export const useMarks = (id: string | undefined): Marked | undefined =>
  marks.useOf((all) => (id ? all[id] : undefined));

/** The one mark that a whole row or card shows. */
export const freshOf = (marked: Marked | undefined): Mark | undefined =>
  marked && Object.values(marked).find((m) => m.fresh);

export interface Gone {
  how: "deleted" | "merged" | "access";
  who: Ref | null;
}
/** Records that were open here and are no longer there for this person, by id. */
export const gone = createStore<Record<string, Gone>>({});

/** The record that is being edited in a list: its row stays until that is over. */
export const held = createStore<string | null>(null);

/** What was changed here and is not answered yet, by record: what comes in meanwhile does not put it back. */
export const unsaved = new Map<string, string[]>();

/** A field's name without what only says that it is a reference: an owner and its id are one field. */
export const plain = (field: string): string => field.replace(/_id$/, "");
