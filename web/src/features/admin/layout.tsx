import { Link } from "@tanstack/react-router";
import { Box, Route as PipelineGlyph, ShieldCheck, KeyRound, Import, ListChecks, Users } from "lucide-react";
import type { ReactNode } from "react";

const GROUPS = [
  {
    title: "Organisation",
    items: [
      { to: "/admin/people", label: "People and teams", icon: Users },
      { to: "/admin/roles", label: "Roles", icon: ShieldCheck },
      { to: "/admin/sessions", label: "My sessions", icon: KeyRound },
    ],
  },
  {
    title: "Selling",
    items: [
      { to: "/admin/pipelines", label: "Pipelines", icon: PipelineGlyph },
      { to: "/admin/products", label: "Products", icon: Box },
      { to: "/admin/rules", label: "Validation rules", icon: ListChecks },
    ],
  },
  { title: "Data", items: [{ to: "/admin/imports", label: "Import", icon: Import }] },
] as const;

export function AdminLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-0 flex-1 max-md:flex-col">
      <nav
        aria-label="Admin"
        className="flex shrink-0 scroll-thin gap-x-4 overflow-auto border-line p-2 max-md:border-b md:w-48 md:flex-col md:gap-3 md:border-r md:py-3"
      >
        {GROUPS.map((group) => (
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

export function AdminPage({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <div>
        <h1 className="text-title text-fg">{title}</h1>
        {text && <p className="text-cell text-fg-3">{text}</p>}
      </div>
      {children}
    </div>
  );
}

export function PlainTable({ heads, children }: { heads: { label: string; right?: boolean }[]; children: ReactNode }) {
  return (
    <div className="scroll-thin overflow-x-auto">
      <table className="w-full min-w-[480px] text-cell [&_td]:border-b [&_td]:border-line [&_td]:px-2 [&_td]:py-2 [&_td:first-child]:pl-0">
        <thead>
          <tr className="h-8 border-b border-line text-left text-meta text-fg-3">
            {heads.map((h) => (
              <th
                key={h.label}
                scope="col"
                className={h.right ? "px-2 text-right font-medium first:pl-0" : "px-2 font-medium first:pl-0"}
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
