/** What can be done with a card on the board: from its menu, or by a key while it has the focus. */
import { useCallback, useState } from "react";
import { put } from "@/api/client";
import type { Opportunity } from "@/api/types";
import { create } from "@/lib/frame";
import { loadable } from "@/lib/loadable";
import { usePart } from "./parts-query";

export type Quick = "edit" | "assign" | "task" | "won" | "lost" | "archive";
export type OnQuick = (o: Opportunity, what: Quick) => void;

export const QuickDialog = loadable(() => import("./card-dialogs").then((m) => m.QuickDialog));

export const KEYS: Record<string, Quick> = { e: "edit", a: "assign", t: "task", w: "won", l: "lost" };

export const can = (o: Opportunity, what: Quick): boolean =>
  what === "task" || (o.may.update && (o.stage.kind === "open" || (what !== "won" && what !== "lost")));

/** What a key means on a card; null when it means nothing there. */
export const quickOf = (key: string, o: Opportunity): Quick | null => {
  const what = KEYS[key.toLowerCase()];
  return what && can(o, what) ? what : null;
};

export interface Doing {
  o: Opportunity;
  what: "edit" | "assign" | "won" | "lost";
}

/** The dialog that is open, and how one is opened. */
export function useQuick() {
  const [doing, setDoing] = useState<Doing | null>(null);
  const { mutate: archive } = usePart(
    (o: Opportunity) => put("/opportunities/{id}/archive", { path: { id: o.id }, ifMatch: o.version }),
    (o) => `Archived ${o.name}`,
  );
  const onQuick: OnQuick = useCallback(
    (o, what) => {
      if (what === "archive") archive(o);
      else if (what === "task") create({ kind: "task", subject: { type: "opportunity", id: o.id, name: o.name } });
      else setDoing({ o, what });
    },
    [archive],
  );
  return { doing, onQuick, shut: () => setDoing(null) };
}
