/** Says what happened. The view comes after the page: nothing can be told before there is one. */
import type { Action } from "./toast-view";
import { loadable } from "@/lib/loadable";

const view = () => import("./toast-view");
export const Toaster = loadable(() => view().then((m) => m.Toaster));

/** Past tense: what happened. It goes by itself. */
export function told(title: string, action?: Action): void {
  void view().then((m) => m.told(title, action));
}

/** What failed and what to do. It stays until it is closed. */
export function failed(title: string, detail?: string, action?: Action): void {
  void view().then((m) => m.failed(title, detail, action));
}
