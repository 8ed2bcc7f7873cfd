import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { LogOut, Monitor, Moon, ShieldCheck, Sun } from "lucide-react";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMe } from "@/api/shared";
import { PersonMark } from "@/components/ui/marks";
import { Menu, MenuCheck, MenuContent, MenuItem, MenuLabel, MenuLine, MenuTrigger } from "@/components/ui/menu";
import { failed } from "@/components/ui/toast";
import { cn } from "@/lib/cn";
import { setTheme, useTheme } from "@/lib/theme";

const THEMES = [
  { id: "light", label: "Light", icon: Sun },
  { id: "dark", label: "Dark", icon: Moon },
  { id: "system", label: "As the system", icon: Monitor },
] as const;

function useSignOut() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      await remove("/session");
      client.clear();
      await navigate({ to: "/sign-in", search: {} });
    } catch (error) {
      failed("You are still signed in", sentence(error));
    }
  };
}

export function PersonMenu({ folded }: { folded: boolean }) {
  const me = useMe();
  const theme = useTheme();
  const signOut = useSignOut();
  return (
    <Menu>
      <MenuTrigger
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
      </MenuTrigger>
      <MenuContent align="start" side="top">
        <MenuLabel>{me.user.email}</MenuLabel>
        <MenuItem asChild>
          <Link to="/admin/sessions">
            <ShieldCheck /> My sessions
          </Link>
        </MenuItem>
        <MenuLine />
        <MenuLabel>Theme</MenuLabel>
        {THEMES.map((t) => (
          <MenuCheck key={t.id} checked={theme === t.id} onSelect={() => setTheme(t.id)}>
            <t.icon /> {t.label}
          </MenuCheck>
        ))}
        <MenuLine />
        <MenuItem onSelect={() => void signOut()}>
          <LogOut /> Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
