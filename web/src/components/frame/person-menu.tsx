import { useNavigate } from "@tanstack/react-router";
import { KeyRound, LogOut, ShieldCheck, UserRound } from "lucide-react";
import { useMe } from "@/api/shared";
import { PersonMark } from "@/components/ui/marks";
import { Menu } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { setTheme, useTheme } from "@/lib/theme";
import { THEMES, useSignOut } from "./person";

export function PersonMenu({ folded }: { folded: boolean }) {
  const me = useMe();
  const theme = useTheme();
  const signOut = useSignOut();
  const navigate = useNavigate();
  return (
    <Menu
      side="top"
      trigger={
        <button
          type="button"
          aria-label={`${me.user.name}: account and theme`}
          className={cn(
            "flex items-center gap-2 rounded-md py-1.5 text-left hover:bg-muted",
            folded ? "justify-center" : "px-2",
          )}
        >
          <PersonMark id={me.user.id} name={me.user.name} size={28} />
          {!folded && (
            <span className="min-w-0">
              <span className="block truncate text-cell font-medium text-fg">{me.user.name}</span>
              <span className="block truncate text-meta text-fg-3">
                {me.roles.map((r) => r.name).join(", ") || me.user.email}
              </span>
            </span>
          )}
        </button>
      }
      items={[
        { heading: me.user.email },
        { label: "My profile", icon: <UserRound />, run: () => void navigate({ to: "/profile" }) },
        { label: "Security", icon: <ShieldCheck />, run: () => void navigate({ to: "/security" }) },
        { label: "My API keys", icon: <KeyRound />, run: () => void navigate({ to: "/admin/api-keys" }) },
        "line",
        { heading: "Theme" },
        ...THEMES.map((t) => ({
          label: t.label,
          icon: <t.icon />,
          checked: theme === t.id,
          run: () => setTheme(t.id),
        })),
        "line",
        { label: "Sign out", icon: <LogOut />, run: () => void signOut() },
      ]}
    />
  );
}
