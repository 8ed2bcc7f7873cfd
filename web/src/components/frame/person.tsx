/** What a person can do about themselves: profile, security, keys, the theme, and signing out. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { KeyRound, LogOut, Mail, Monitor, Moon, ShieldCheck, Sun, Trash2, UserRound } from "lucide-react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay, useMe } from "@/api/shared";
import type { MenuEntry, MenuProps } from "@/components/ui/menu";
import { MenuView } from "@/components/ui/menu-view";
import { failed } from "@/components/ui/toast";
import { setTheme, useTheme } from "@/lib/theme";

const THEMES = [
  { id: "light", label: "Light", icon: Sun },
  { id: "dark", label: "Dark", icon: Moon },
  { id: "system", label: "As the system", icon: Monitor },
] as const;

const KINDS = ["opportunity", "account", "contact", "lead", "task"];

function useSignOut() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      // Fetched before: whoever is signed out leaves nothing behind.
      const { forget } = await import("./forget");
      const { data } = await post("/session/sign-out");
      client.clear();
      await forget();
      // Whoever came in by an identity provider is signed out there too.
      if (data.redirect_to) window.location.assign(data.redirect_to);
      else await navigate({ to: "/sign-in", search: {} });
    } catch (error) {
      failed("You are still signed in", sentence(error));
    }
  };
}

/** Whether anything that this person deletes goes to the trash. */
function useMayDelete(): boolean {
  const { permissions } = useMe();
  return KINDS.some((kind) => (permissions[kind]?.delete ?? "none") !== "none");
}

function usePersonEntries(): MenuEntry[] {
  const navigate = useNavigate();
  const theme = useTheme();
  const signOut = useSignOut();
  const hasKeys = useMay("api_key", "read");
  const mayDelete = useMayDelete();
  return [
    { label: "My profile", icon: <UserRound />, run: () => void navigate({ to: "/profile" }) },
    { label: "My e-mail", icon: <Mail />, run: () => void navigate({ to: "/e-mail" }) },
    { label: "Security", icon: <ShieldCheck />, run: () => void navigate({ to: "/security" }) },
    ...(hasKeys
      ? [{ label: "My API keys", icon: <KeyRound />, run: () => void navigate({ to: "/admin/api-keys" }) }]
      : []),
    ...(mayDelete
      ? [{ label: "Trash", icon: <Trash2 />, run: () => void navigate({ to: "/trash", search: {} }) }]
      : []),
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
  ];
}

/** The same in the sidebar's menu and in the phone's. */
export function PersonMenuView(props: MenuProps) {
  return <MenuView {...props} items={[...props.items, ...usePersonEntries()]} />;
}
