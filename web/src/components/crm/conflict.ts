/** A change that met another person's: the dialog that asks which value stays is fetched then. */
import type { ConflictField } from "@/api/types";
import { createStore } from "@/lib/store";

export interface Conflict {
  name: string;
  fields: ConflictField[];
  label: (field: string) => string;
  show: (field: string, value: unknown) => string;
  /** The value that both changes were made against. */
  original: (field: string) => unknown;
  /** Saves my values of these fields over theirs. */
  keepMine: (fields: string[]) => void;
  takeTheirs: () => void;
}
export const conflict = createStore<Conflict | null>(null);
export const raiseConflict = (found: Conflict): void => conflict.set(found);
