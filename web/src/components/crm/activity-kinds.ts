/** The kinds of activity: what each is called, and what can be said of it. */
import { CalendarClock, Mail, Phone, StickyNote, type LucideIcon } from "lucide-react";
import type { ActivityKind, OptionKind } from "@/api/types";

interface Kind {
  id: ActivityKind;
  label: string;
  /** What is said once it is there. */
  done: string;
  icon: LucideIcon;
  outcomes: OptionKind | null;
  /** Whether it came from us or from them. */
  directed: boolean;
  timed: boolean;
}

export const ACTIVITY_KINDS: Kind[] = [
  { id: "note", label: "Note", done: "Note saved", icon: StickyNote, outcomes: null, directed: false, timed: false },
  {
    id: "call",
    label: "Call",
    done: "Call logged",
    icon: Phone,
    outcomes: "call_outcome",
    directed: true,
    timed: true,
  },
  { id: "email", label: "E-mail", done: "E-mail logged", icon: Mail, outcomes: null, directed: true, timed: false },
  {
    id: "meeting",
    label: "Meeting",
    done: "Meeting logged",
    icon: CalendarClock,
    outcomes: "meeting_outcome",
    directed: false,
    timed: true,
  },
];

export const activityKind = (id: ActivityKind): Kind =>
  ACTIVITY_KINDS.find((k) => k.id === id) ?? (ACTIVITY_KINDS[0] as Kind);
