/** What a notification says, and where it leads. */
import type { Notification } from "@/api/types";
import { money, plural } from "@/lib/format";

const DECIDED: Record<string, string> = { approved: "approved", rejected: "rejected", recalled: "recalled" };
const named = (n: Notification): string => (n.approval ? ` (${n.approval.name})` : "");

/** In three parts: who, did what, to which record. The record stands last. */
export function words(n: Notification): { who: string; did: string; what: string } {
  const who = n.actor?.name ?? "";
  const what = n.count > 1 ? plural(n.count, "record") : n.record.name;
  switch (n.kind) {
    case "assigned_to_me":
      return { who, did: "assigned to you:", what };
    case "mentioned":
      return { who, did: "mentioned you on", what };
    case "followed_record_changed":
      return { who, did: n.activity_id ? "wrote a note on" : "changed", what };
    case "task_reminder":
      return { who: "", did: "Reminder:", what };
    case "task_due":
      return { who: "", did: "Due today:", what };
    case "task_overdue":
      return { who: "", did: "Overdue since yesterday:", what };
    case "shared_with_me":
      return { who, did: "shared with you:", what };
    case "import_finished":
      return { who: "", did: "Your import has ended:", what: n.record.name };
    case "bulk_finished":
      return { who: "", did: "Your change of many records is done", what: "" };
    case "proposal_waiting":
      return { who: "", did: "A proposal waits for a decision on", what };
    case "automation_message":
      return { who, did: "on", what };
    case "automation_paused":
      return { who: "", did: "An automation was switched off:", what };
    case "ai_alert":
      return { who: "", did: "AI alert:", what };
    case "account_team_added":
      return { who, did: "added you to the team of", what };
    case "sla_warning":
      return { who: "", did: "Due soon by a service level:", what };
    case "sla_breached":
      return { who: "", did: "Overdue by a service level:", what };
    case "approval_waiting":
      return { who: "", did: `Waits for your approval${named(n)}:`, what };
    case "approval_escalated":
      return { who: "", did: `Nobody has decided yet; now you may${named(n)}:`, what };
    case "approval_decided":
      return {
        who,
        did: `${DECIDED[n.approval?.status ?? ""] ?? "changed what waits for approval"}${named(n)}:`,
        what,
      };
    case "stage_entered":
      return { who, did: "moved on:", what };
  }
}

const FIELDS: Record<string, string> = {
  stage_id: "Stage",
  owner_id: "Owner",
  amount: "Amount",
  status_id: "Status",
};

function value(raw: unknown, label: string | null | undefined): string {
  // Money has a label too, but not as the reader writes it.
  if (typeof raw === "object" && raw !== null && "amount" in raw && "currency" in raw)
    return money(raw as { amount: string; currency: string });
  return label ?? "–";
}

/** `Stage: Demo → Won`. */
export const changeWords = (n: Notification): string[] =>
  n.changes.map((c) => `${FIELDS[c.field] ?? c.field}: ${value(c.old, c.old_label)} → ${value(c.new, c.new_label)}`);

const PATHS = {
  opportunity: "/opportunities/$id",
  account: "/accounts/$id",
  contact: "/contacts/$id",
  lead: "/leads/$id",
} as const;

export type Target =
  | { to: (typeof PATHS)[keyof typeof PATHS]; params: { id: string } }
  | { to: "/approvals/$id"; params: { id: string } }
  | { to: "/admin/ai-quality" | "/tasks" | "/admin/imports" | "/admin/automations" | "/notifications" };

/** The page that tells more. */
export function target(n: Notification): Target {
  const { type, id } = n.record;
  if (n.approval) return { to: "/approvals/$id", params: { id: n.approval.id } };
  if (type === "task") return { to: "/tasks" };
  if (type === "import") return { to: "/admin/imports" };
  if (type === "automation") return { to: "/admin/automations" };
  if (type === "ai_alert") return { to: "/admin/ai-quality" };
  if (type === "bulk_change") return { to: "/notifications" };
  return { to: PATHS[type], params: { id } };
}

/** Times to put something off until, where the browser is. */
export function snoozeTimes(now = new Date()): { label: string; until: string }[] {
  const at = (days: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const later = new Date(now.getTime() + 3 * 3_600_000);
  const monday = at((8 - now.getDay()) % 7 || 7, 8);
  return [
    { label: "In three hours", until: later.toISOString() },
    { label: "Tomorrow morning", until: at(1, 8).toISOString() },
    { label: "Monday morning", until: monday.toISOString() },
    { label: "In a week", until: at(7, 8).toISOString() },
  ];
}
