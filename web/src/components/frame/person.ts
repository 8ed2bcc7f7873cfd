/** What a person can do about themselves: the choice of theme, and signing out. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Monitor, Moon, Sun } from "lucide-react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { failed } from "@/components/ui/toast";

export const THEMES = [
  { id: "light", label: "Light", icon: Sun },
  { id: "dark", label: "Dark", icon: Moon },
  { id: "system", label: "As the system", icon: Monitor },
] as const;

export function useSignOut() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      const { data } = await post("/session/sign-out");
      client.clear();
      // Whoever came in by an identity provider is signed out there too.
      if (data.redirect_to) window.location.assign(data.redirect_to);
      else await navigate({ to: "/sign-in", search: {} });
    } catch (error) {
      failed("You are still signed in", sentence(error));
    }
  };
}
