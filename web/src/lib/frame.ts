/** What the frame shares with every page: the assistant's state, the dialog that is up, the list one came from. */
import type { ActivityKind, SubjectType, Task } from "@/api/types";
import { createStore } from "./store";

export interface AssistantState {
  open: boolean;
  /** Words to send as soon as the panel is there. */
  ask: string | null;
  /** A conversation to go on with. */
  conversation: string | null;
}
const CLOSED: AssistantState = { open: false, ask: null, conversation: null };
export const assistant = createStore<AssistantState>(CLOSED);
export const openAssistant = (ask: string | null = null): void => assistant.set({ ...CLOSED, open: true, ask });
export const openConversation = (conversation: string): void => assistant.set({ open: true, ask: null, conversation });
export const closeAssistant = (): void => assistant.set(CLOSED);
export const toggleAssistant = (): void => assistant.set({ ...CLOSED, open: !assistant.get().open });

export type Creating =
  | { kind: "opportunity"; account?: { id: string; name: string } | undefined; stageId?: string }
  | { kind: "account" }
  | { kind: "lead" }
  | { kind: "contact"; account?: { id: string; name: string } | undefined }
  | { kind: "task"; subject?: { type: SubjectType; id: string; name: string } | undefined; due?: string }
  /** A task that is there already, whatever becomes of the list that it was opened from. */
  | { kind: "edit-task"; task: Task }
  | { kind: "activity"; activity: ActivityKind };
export const creating = createStore<Creating | null>(null);
export const create = (what: Creating): void => creating.set(what);

export type Raised = "palette" | "help" | null;
export const raised = createStore<Raised>(null);

/** Whether the stream of others' changes is away. It comes back by itself, mostly at once. */
export const lost = createStore(false);

/** The list that a record was opened from: its name, its address, and the records in order. */
export interface Trail {
  label: string;
  path: "/opportunities" | "/opportunities/board";
  search: Record<string, string>;
  ids: string[];
}
export const trail = createStore<Trail | null>(null);
