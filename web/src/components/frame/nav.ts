import {
  Building,
  ChartColumn,
  CircleDollarSign,
  Contact,
  House,
  Settings2,
  SquareCheck,
  Stamp,
  Target,
  type LucideIcon,
} from "lucide-react";

export interface NavItem {
  to:
    "/" | "/leads" | "/opportunities" | "/accounts" | "/contacts" | "/tasks" | "/approvals" | "/dashboards" | "/admin";
  label: string;
  icon: LucideIcon;
  count?: "tasks" | "approvals";
  keys: string;
}

export const NAV: NavItem[] = [
  { to: "/", label: "Home", icon: House, keys: "g h" },
  { to: "/leads", label: "Leads", icon: Target, keys: "g l" },
  { to: "/opportunities", label: "Opportunities", icon: CircleDollarSign, keys: "g o" },
  { to: "/accounts", label: "Accounts", icon: Building, keys: "g a" },
  { to: "/contacts", label: "Contacts", icon: Contact, keys: "g c" },
  { to: "/tasks", label: "Tasks", icon: SquareCheck, count: "tasks", keys: "g t" },
  { to: "/approvals", label: "Approvals", icon: Stamp, count: "approvals", keys: "g p" },
  { to: "/dashboards", label: "Dashboards", icon: ChartColumn, keys: "g d" },
  { to: "/admin", label: "Admin", icon: Settings2, keys: "g s" },
];
