/** What a request for approval is, in words. Pure. */
import type { Approval, ApprovalEntry, ApprovalLevelView } from "@/api/types";
import { fieldLabel as plainLabel } from "@/components/crm/expression/query";
import { plural } from "@/lib/format";

type Needs = ApprovalLevelView["needs"];

export function needsWords(needs: Needs, seats: number): string {
  if (needs === "any") return seats === 1 ? "decides" : "any of them decides";
  if (needs === "all") return seats === 1 ? "decides" : "all must approve";
  return `${Math.min(needs.quorum, seats)} of ${plural(seats, "person", "people")} must approve`;
}

export const STATUS: Record<Approval["status"], { label: string; kind: "neutral" | "ok" | "bad" | "warn" }> = {
  pending: { label: "Waiting", kind: "warn" },
  approved: { label: "Approved", kind: "ok" },
  rejected: { label: "Rejected", kind: "bad" },
  recalled: { label: "Recalled", kind: "neutral" },
};

export const LEVEL: Record<ApprovalLevelView["status"], string> = {
  waiting: "Its turn has not come",
  open: "Waiting",
  approved: "Approved",
  rejected: "Rejected",
  closed: "Not needed any more",
};

/** `close_date` → "Close date", `custom.budget` → "Budget". */
export const fieldLabel = (field: string): string => plainLabel(field.replace(/^custom\./, ""));

/** A change as other parts of the app tell it. */
export const told = (change: Approval["changes"][number]) => ({ ...change, label: fieldLabel(change.field) });

/** Whom it waits for, by name. */
export function waitsFor(approval: Approval): string {
  const open = approval.levels.filter((l) => l.status === "open");
  const names = open.flatMap((l) => l.seats.filter((s) => !s.verdict).map((s) => s.person.name));
  const unique = [...new Set(names)];
  if (unique.length <= 2) return unique.join(" and ");
  return `${unique.slice(0, 2).join(", ")} and ${unique.length - 2} more`;
}

/** One line of the trail. */
export function entryWords(entry: ApprovalEntry): string {
  const who = entry.actor?.name ?? "Dealwright";
  const level = entry.level ? ` (${entry.level})` : "";
  const people = entry.people.map((p) => p.name).join(", ");
  const instead = entry.in_place_of ? ` for ${entry.in_place_of.name}` : "";
  switch (entry.kind) {
    case "requested":
      return `${who} asked for it`;
    case "opened":
      return `Asked${level}: ${people}`;
    case "approved":
      return `${who}${instead} approved${level}`;
    case "rejected":
      return `${who}${instead} rejected it${level}`;
    case "recalled":
      return `${who} recalled it`;
    case "restarted":
      return `${who} changed ${entry.fields.map(fieldLabel).join(", ").toLowerCase() || "what is approved"}: it began anew`;
    case "escalated":
      return people ? `Nobody decided in time${level}: now ${people} may` : `Nobody decided in time${level}`;
    case "delegated":
      return `${who} passed it on${entry.in_place_of && entry.in_place_of.id !== entry.actor?.id ? ` for ${entry.in_place_of.name}` : ""} to ${people}`;
    case "commented":
      return `${who} wrote`;
    case "attached":
      return `${who} attached ${entry.file?.name ?? "a file"}`;
    default:
      return "Decided";
  }
}
