/** What else can happen to a deal: closed as won or lost, opened again, copied, archived. The dialogs come when asked for. */
import { useState } from "react";
import { Archive, ArchiveRestore, CircleCheck, CircleX, Copy, RotateCcw } from "lucide-react";
import { useMay, useStages } from "@/api/shared";
import type { Opportunity } from "@/api/types";
import type { MenuEntry } from "@/components/ui/menu";
import { loadable } from "@/lib/loadable";
import { useArchive } from "./use-archive";
import type { OnMove } from "./use-move";

const CloseDialog = loadable(() => import("./close-dialog").then((m) => m.CloseDialog));
const ReopenDialog = loadable(() => import("./reopen-dialog").then((m) => m.ReopenDialog));
const CloneDialog = loadable(() => import("./clone-dialog").then((m) => m.CloneDialog));

export function useLife(o: Opportunity, onMove: OnMove) {
  const [open, setOpen] = useState<"won" | "lost" | "reopen" | "clone" | null>(null);
  const stages = useStages(o.pipeline_id);
  const mayCreate = useMay("opportunity", "create");
  const archive = useArchive(o);
  const shut = () => setOpen(null);
  const close = (kind: "won" | "lost") => {
    const stage = stages.find((s) => s.kind === kind);
    return stage && <CloseDialog o={o} stage={stage} onMove={onMove} onClose={shut} />;
  };
  const closing: MenuEntry[] =
    o.stage.kind === "open"
      ? [
          { label: "Close as won", icon: <CircleCheck />, run: () => setOpen("won") },
          { label: "Close as lost", icon: <CircleX />, run: () => setOpen("lost") },
        ]
      : [{ label: "Reopen", icon: <RotateCcw />, run: () => setOpen("reopen") }];
  const items: MenuEntry[] = [
    ...(o.may.update ? closing : []),
    ...(mayCreate ? [{ label: "Copy", icon: <Copy />, run: () => setOpen("clone") }] : []),
    ...(o.may.update
      ? [
          o.archived_at
            ? { label: "Bring back from the archive", icon: <ArchiveRestore />, run: () => archive.mutate(false) }
            : { label: "Archive", icon: <Archive />, run: () => archive.mutate(true) },
        ]
      : []),
  ];
  const dialog = (
    <>
      {(open === "won" || open === "lost") && close(open)}
      {open === "reopen" && <ReopenDialog o={o} onClose={shut} />}
      {open === "clone" && <CloneDialog o={o} onClose={shut} />}
    </>
  );
  return { items, dialog };
}
