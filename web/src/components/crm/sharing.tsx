/** What a record's head and menu offer beside its own: to follow it, to share it, and to see who can see it. */
import { Eye, UserPlus } from "lucide-react";
import { Suspense, useState } from "react";
import { useMay } from "@/api/shared";
import type { SharedObject } from "@/api/types";
import { loadable } from "@/lib/loadable";

const ShareDialog = loadable(() => import("./share-dialog").then((m) => m.ShareDialog));
const FollowButton = loadable(() => import("./follow-button").then((m) => m.FollowButton));
const AccessDialog = loadable(() => import("./access-dialog").then((m) => m.AccessDialog));

export interface Shareable {
  id: string;
  name: string;
  may: { update: boolean };
}

export function useSharing(type: SharedObject, record: Shareable) {
  const [open, setOpen] = useState<"share" | "access" | null>(null);
  const mayAsk = useMay("role", "read");
  const close = () => setOpen(null);
  return {
    follow: type !== "task" && <FollowButton object={type} id={record.id} />,
    items: [
      { label: record.may.update ? "Share…" : "Shared with…", icon: <UserPlus />, run: () => setOpen("share") },
      ...(mayAsk ? [{ label: "Who can see this?", icon: <Eye />, run: () => setOpen("access") }] : []),
    ],
    dialog: open && (
      <Suspense>
        {open === "share" ? (
          <ShareDialog type={type} record={record} onClose={close} />
        ) : (
          <AccessDialog type={type} record={record} onClose={close} />
        )}
      </Suspense>
    ),
  };
}
