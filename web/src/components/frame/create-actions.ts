/** What this person may create: the phone's plus and the palette offer the same. */
import {
  Building,
  CalendarClock,
  CircleDollarSign,
  Contact,
  Mail,
  Phone,
  SquareCheck,
  StickyNote,
  Target,
  type LucideIcon,
} from "lucide-react";
import { useMe } from "@/api/shared";
import { create } from "@/lib/frame";

interface CreateAction {
  label: string;
  icon: LucideIcon;
  keys?: string;
  run: () => void;
}

const KINDS = [
  { kind: "opportunity", label: "New opportunity", icon: CircleDollarSign, keys: "C O" },
  { kind: "task", label: "New task", icon: SquareCheck, keys: "C T" },
  { kind: "lead", label: "New lead", icon: Target, keys: "C L" },
  { kind: "account", label: "New account", icon: Building },
  { kind: "contact", label: "New contact", icon: Contact },
] as const;

const LOGS = [
  { activity: "call", label: "Log a call", icon: Phone, keys: "L C" },
  { activity: "meeting", label: "Log a meeting", icon: CalendarClock, keys: "L M" },
  { activity: "note", label: "Write a note", icon: StickyNote, keys: "L N" },
  { activity: "email", label: "Log an e-mail", icon: Mail, keys: "L E" },
] as const;

/** What this person may log, on whatever record. */
export function useLogActions(): CreateAction[] {
  const { permissions } = useMe();
  if ((permissions.activity?.create ?? "none") === "none") return [];
  return LOGS.map(({ activity, ...shown }) => ({ ...shown, run: () => create({ kind: "activity", activity }) }));
}

export function useCreateActions(): CreateAction[] {
  const { permissions } = useMe();
  return KINDS.filter(({ kind }) => (permissions[kind]?.create ?? "none") !== "none").map(({ kind, ...shown }) => ({
    ...shown,
    run: () => create({ kind }),
  }));
}
