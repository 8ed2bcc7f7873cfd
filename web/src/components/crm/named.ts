import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Ref } from "@/api/types";

/** The record behind an id, once it is known; null when it is hidden or gone. */
export function useNamed(kind: "account" | "contact" | null, id: string | null): Ref | null {
  const found = useQuery({
    queryKey: [`${kind ?? "none"}s`, "name", id],
    queryFn: async (): Promise<string> =>
      (kind === "contact"
        ? await get("/contacts/{id}", { path: { id: id ?? "" } })
        : await get("/accounts/{id}", { path: { id: id ?? "" } })
      ).name,
    enabled: kind !== null && id !== null,
    staleTime: 300_000,
    retry: false,
  });
  return id !== null && found.data ? { id, name: found.data } : null;
}
