/** What this person may create: the phone's plus and the palette offer the same. */
import { Building, CircleDollarSign, Contact, SquareCheck, Target, type LucideIcon } from "lucide-react";
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

export function useCreateActions(): CreateAction[] {
  const { permissions } = useMe();
  return KINDS.filter(({ kind }) => (permissions[kind]?.create ?? "none") !== "none").map(({ kind, ...shown }) => ({
    ...shown,
    run: () => create({ kind }),
  }));
}
