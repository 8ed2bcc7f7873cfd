/** Reads a record's timeline ahead. What it asks for is fetched beside the record: the lists' pages do not wait for it. */
import type { QueryClient } from "@tanstack/react-query";
import type { timelineQuery } from "./timeline-query";

type Object = Parameters<typeof timelineQuery>[0];

export async function timeline(client: QueryClient, object: Object, id: string): Promise<void> {
  const { timelineQuery } = await import("./timeline-query");
  await client.infiniteQuery({ ...timelineQuery(object, id), staleTime: "static" });
}
