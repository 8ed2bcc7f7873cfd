import type { QueryClient } from "@tanstack/react-query";
import { notFound } from "@tanstack/react-router";
import { allows, meQuery } from "@/api/shared";

/** Whoever may not use the assistant is told what is told of a page that is not there. */
export async function needsAgent(client: QueryClient): Promise<void> {
  const me = await client.query({ ...meQuery(), staleTime: "static" });
  if (!allows(me, "agent", "use") || me.viewer) throw notFound();
}
