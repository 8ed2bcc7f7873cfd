/** Everything that is asked about one person, one dialog at a time. */
import type { User } from "@/api/types";
import { Deactivate } from "./deactivate";
import { PersonAccess } from "./person-access";
import { PersonForm } from "./person-form";
import { Reactivate } from "./reactivate";
import { ViewAs } from "./view-as";

export type Asked =
  | { kind: "new" }
  | { kind: "edit" | "view" | "end-sessions" | "reset-factor" | "deactivate" | "hand-over" | "reactivate"; user: User };

export function PersonDialogs({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  switch (asked.kind) {
    case "new":
      return <PersonForm user={null} onClose={onClose} />;
    case "edit":
      return <PersonForm user={asked.user} onClose={onClose} />;
    case "view":
      return <ViewAs user={asked.user} onClose={onClose} />;
    case "end-sessions":
    case "reset-factor":
      return <PersonAccess user={asked.user} what={asked.kind} onClose={onClose} />;
    case "deactivate":
    case "hand-over":
      return <Deactivate user={asked.user} onClose={onClose} />;
    case "reactivate":
      return <Reactivate user={asked.user} onClose={onClose} />;
  }
}
