import type { QueryClient } from "@tanstack/react-query";
import { notFound } from "@tanstack/react-router";
import { allows, meQuery } from "@/api/shared";

/**
 * Whoever may not use the assistant is told what is told of a page that is not there; so is who views the app as somebody
 * else, of what that person alone has asked.
 */
export async function needsAgent(client: QueryClient, page: "shared" | "own"): Promise<void> {
  const me = await client.query({ ...meQuery(), staleTime: "static" });
  if (!allows(me, "agent", "use") || (page === "own" && me.viewer)) throw notFound();
}
