import {
  Building,
  ChartColumn,
  CircleDollarSign,
  Contact,
  FileDiff,
  House,
  Settings2,
  Sparkle,
  SquareCheck,
  Stamp,
  Target,
  type LucideIcon,
} from "lucide-react";
import { allows, useMe } from "@/api/shared";

export interface NavItem {
  to:
    | "/"
    | "/leads"
    | "/opportunities"
    | "/accounts"
    | "/contacts"
    | "/tasks"
    | "/approvals"
    | "/proposals"
    | "/assistant"
    | "/dashboards"
    | "/admin";
  label: string;
  icon: LucideIcon;
  count?: "tasks" | "approvals" | "proposals";
  keys: string;
  /** For those alone who may use the assistant. */
  agent?: true;
  /** Reached by keys, ⌘K and the phone's menu; it has no line in the sidebar. */
  aside?: true;
}

const ALL: NavItem[] = [
  { to: "/", label: "Home", icon: House, keys: "g h" },
  { to: "/leads", label: "Leads", icon: Target, keys: "g l" },
  { to: "/opportunities", label: "Opportunities", icon: CircleDollarSign, keys: "g o" },
  { to: "/accounts", label: "Accounts", icon: Building, keys: "g a" },
  { to: "/contacts", label: "Contacts", icon: Contact, keys: "g c" },
  { to: "/tasks", label: "Tasks", icon: SquareCheck, count: "tasks", keys: "g t" },
  { to: "/approvals", label: "Approvals", icon: Stamp, count: "approvals", keys: "g p" },
  { to: "/proposals", label: "Proposals", icon: FileDiff, count: "proposals", keys: "g r", agent: true },
  { to: "/assistant", label: "Assistant history", icon: Sparkle, keys: "g y", agent: true, aside: true },
  { to: "/dashboards", label: "Dashboards", icon: ChartColumn, keys: "g d" },
  { to: "/admin", label: "Admin", icon: Settings2, keys: "g s" },
];

/** The places that this person has. */
export function useNav(): NavItem[] {
  const me = useMe();
  const agent = allows(me, "agent", "use");
  // What somebody has asked is theirs alone, whoever views the app as them.
  return ALL.filter((entry) => !entry.agent || (agent && !(entry.aside && me.viewer)));
}
