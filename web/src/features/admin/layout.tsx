import { Link, useLocation } from "@tanstack/react-router";
import {
  BookOpen,
  Bot,
  Box,
  Building2,
  CalendarClock,
  ChartNoAxesColumn,
  Coins,
  Copy,
  EyeOff,
  FileCog,
  FileInput,
  Fingerprint,
  FormInput,
  Gauge,
  ListChecks,
  ListOrdered,
  Route as PipelineGlyph,
  ScrollText,
  Sparkles,
  SquareCheck,
  MessageSquareText,
  ShieldAlert,
  ShieldCheck,
  Stamp,
  KeyRound,
  Import,
  LogIn,
  Mail,
  Paperclip,
  Tag,
  TextSearch,
  Timer,
  Unplug,
  Users,
  Waypoints,
  Zap,
  type LucideIcon,
} from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useMe } from "@/api/shared";
import { cn } from "@/lib/cn";

interface Entry {
  to: string;
  label: string;
  icon: LucideIcon;
  /** The object and the action without which the page would be empty. */
  needs?: readonly [object: string, action: string];
}

const GROUPS: readonly { title: string; items: readonly Entry[] }[] = [
  {
    title: "Organisation",
    items: [
      { to: "/admin/organisation", label: "General", icon: Building2 },
      { to: "/admin/people", label: "People and teams", icon: Users },
      { to: "/admin/roles", label: "Roles", icon: ShieldCheck, needs: ["role", "read"] },
      { to: "/admin/field-access", label: "Field access", icon: EyeOff, needs: ["role", "read"] },
    ],
  },
  {
    title: "Sign-in and keys",
    items: [
      { to: "/admin/sign-in", label: "Sign-in", icon: LogIn, needs: ["organisation", "update"] },
      { to: "/admin/single-sign-on", label: "Single sign-on", icon: Fingerprint, needs: ["single_sign_on", "read"] },
      { to: "/admin/api-keys", label: "API keys", icon: KeyRound, needs: ["api_key", "read"] },
      { to: "/admin/service-accounts", label: "Service accounts", icon: Bot, needs: ["service_account", "read"] },
    ],
  },
  {
    title: "Selling",
    items: [
      { to: "/admin/pipelines", label: "Pipelines", icon: PipelineGlyph },
      { to: "/admin/lists", label: "Lists", icon: ListOrdered },
      { to: "/admin/custom-fields", label: "Custom fields", icon: FormInput },
      { to: "/admin/products", label: "Products", icon: Box },
      { to: "/admin/price-lists", label: "Price lists", icon: Tag },
      { to: "/admin/currencies", label: "Currencies", icon: Coins },
      { to: "/admin/task-templates", label: "Task templates", icon: SquareCheck },
      { to: "/admin/materials", label: "Playbooks", icon: BookOpen, needs: ["material", "read"] },
      { to: "/admin/approvals", label: "Approvals", icon: Stamp, needs: ["approval", "read"] },
      { to: "/admin/rules", label: "Validation rules", icon: ListChecks, needs: ["rule", "read"] },
      { to: "/admin/assignment", label: "Assignment rules", icon: Waypoints, needs: ["rule", "read"] },
      { to: "/admin/scoring", label: "Lead scoring", icon: Gauge, needs: ["rule", "read"] },
      { to: "/admin/automations", label: "Automations", icon: Zap, needs: ["automation", "read"] },
      { to: "/admin/sla", label: "Service levels", icon: Timer, needs: ["sla_rule", "read"] },
      { to: "/admin/sla-calendars", label: "Working calendars", icon: CalendarClock, needs: ["sla_rule", "read"] },
      { to: "/admin/web-forms", label: "Web forms", icon: FileInput, needs: ["organisation", "update"] },
    ],
  },
  {
    title: "Assistant",
    items: [
      { to: "/admin/agents", label: "Agents", icon: Sparkles, needs: ["automation", "read"] },
      { to: "/admin/guardrails", label: "AI guardrails", icon: ShieldAlert, needs: ["guardrail", "read"] },
      { to: "/admin/outside-tools", label: "Outside tools", icon: Unplug, needs: ["guardrail", "read"] },
      { to: "/admin/ai-usage", label: "AI usage", icon: ChartNoAxesColumn, needs: ["guardrail", "read"] },
      { to: "/admin/ai-quality", label: "AI quality", icon: Gauge, needs: ["guardrail", "read"] },
      { to: "/admin/model-calls", label: "Model calls", icon: MessageSquareText, needs: ["guardrail", "read"] },
    ],
  },
  {
    title: "Data",
    items: [
      { to: "/admin/duplicates", label: "Duplicates", icon: Copy },
      { to: "/admin/imports", label: "Import", icon: Import, needs: ["import", "read"] },
      { to: "/admin/e-mail", label: "E-mail", icon: Mail, needs: ["organisation", "update"] },
      { to: "/admin/files", label: "Files", icon: Paperclip, needs: ["organisation", "update"] },
      { to: "/admin/knowledge", label: "Search index", icon: TextSearch, needs: ["organisation", "update"] },
      { to: "/admin/configuration", label: "Configuration file", icon: FileCog },
      { to: "/admin/audit", label: "Audit log", icon: ScrollText, needs: ["audit", "read"] },
    ],
  },
];

export function AdminLayout({ children }: { children: ReactNode }) {
  const { permissions } = useMe();
  const seen = ({ needs }: Entry) => !needs || (permissions[needs[0]]?.[needs[1]] ?? "none") !== "none";
  const nav = useRef<HTMLElement>(null);
  const path = useLocation({ select: (at) => at.pathname });
  // On a phone the entries are one row that scrolls: the current one is brought into sight.
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path]);
  const groups = GROUPS.map((group) => ({ ...group, items: group.items.filter(seen) })).filter(
    (g) => g.items.length > 0,
  );
  return (
    <div className="flex min-h-0 flex-1 max-md:flex-col">
      <nav
        ref={nav}
        aria-label="Admin"
        className="flex shrink-0 scroll-thin gap-x-4 overflow-auto border-line p-2 max-md:border-b md:w-48 md:flex-col md:gap-3 md:border-r md:py-3"
      >
        {groups.map((group) => (
          <div key={group.title} className="flex md:flex-col">
            <p className="px-2 pb-1 text-meta text-fg-3 max-md:hidden">{group.title}</p>
            {group.items.map((item) => (
              <Link
                key={item.to}
                to={item.to}
                activeProps={{ className: "bg-active text-fg", "aria-current": "page" }}
                className="flex h-7 items-center gap-2 rounded-md px-2 text-cell font-medium whitespace-nowrap text-fg-2 hover:bg-muted max-md:h-10"
              >
                <item.icon className="size-4 text-fg-3" strokeWidth={1.75} aria-hidden /> {item.label}
              </Link>
            ))}
          </div>
        ))}
      </nav>
      <div
        tabIndex={0}
        role="region"
        aria-label="Settings"
        className="flex min-h-0 min-w-0 flex-1 scroll-thin flex-col overflow-y-auto focus-visible:-outline-offset-2"
      >
        {children}
      </div>
    </div>
  );
}

export function AdminPage(props: { title: string; text?: string; aside?: ReactNode; children: ReactNode }) {
  const { title, text, aside, children } = props;
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">{title}</h1>
          {text && <p className="text-cell text-fg-3">{text}</p>}
        </div>
        {aside}
      </div>
      {children}
    </div>
  );
}

interface Head {
  label: string;
  right?: boolean;
  /** Not on a phone; its cells say `max-md:hidden` too. */
  wide?: boolean;
}

/** The first column of a wide table on a phone: it stays while the others scroll. */
export const PINNED = "max-md:sticky max-md:left-0 max-md:z-10 max-md:bg-bg";

export function PlainTable({ heads, children }: { heads: Head[]; children: ReactNode }) {
  const kept = heads.filter((h) => !h.wide).length;
  return (
    <div className="scroll-thin overflow-x-auto">
      <table
        className={cn(
          "w-full text-cell [&_td]:border-b [&_td]:border-line [&_td]:px-2 [&_td]:py-2 [&_td:first-child]:pl-0",
          "max-md:[&_td:first-child]:sticky max-md:[&_td:first-child]:left-0 max-md:[&_td:first-child]:z-10 max-md:[&_td:first-child]:bg-bg",
          kept > 4 ? "min-w-[680px]" : kept > 3 && "min-w-[480px]",
        )}
      >
        <thead>
          <tr className="h-8 border-b border-line text-left text-meta text-fg-3">
            {heads.map((h, at) => (
              <th
                key={h.label}
                scope="col"
                className={cn(
                  "px-2 font-medium whitespace-nowrap first:pl-0",
                  at === 0 && PINNED,
                  h.right && "text-right",
                  h.wide && "max-md:hidden",
                )}
              >
                {h.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
