/** What the server would say of a new record, asked while it is typed: the same rules as when it is sent. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { ApiError } from "@/api/problem";
import { useRested } from "@/lib/hooks";

const PATHS = {
  opportunity: "/opportunities/validation",
  account: "/accounts/validation",
  contact: "/contacts/validation",
  lead: "/leads/validation",
} as const;
export type Foreseeable = keyof typeof PATHS;

async function ask(object: Foreseeable, body: Record<string, unknown>): Promise<Record<string, string>> {
  try {
    await post(PATHS[object], { body: body as never });
  } catch (error) {
    // What can't be asked is said when the record is sent.
    if (error instanceof ApiError) return Object.fromEntries(error.fields.map((f) => [f.field, f.message]));
  }
  return {};
}

/** By field, of those that one has left. */
export function useForeseen(object: Foreseeable, body: Record<string, unknown>) {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const typed = useRested(JSON.stringify(body), 400);
  const { data } = useQuery({
    queryKey: ["validation", object, typed],
    queryFn: () => ask(object, JSON.parse(typed) as Record<string, unknown>),
    enabled: left.size > 0,
    placeholderData: (before) => before,
    staleTime: 30_000,
    gcTime: 60_000,
    retry: false,
  });
  return {
    leave: (field: string) => {
      if (!left.has(field)) setLeft(new Set(left).add(field));
    },
    forget: () => setLeft(new Set()),
    /** Of what was typed when one last rested. */
    foreseen: (field: string): string | undefined => (left.has(field) ? data?.[field] : undefined),
  };
}
