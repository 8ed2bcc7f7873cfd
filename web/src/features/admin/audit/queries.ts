import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { BASE } from "@/api/endpoints";
import { isApiError } from "@/api/problem";
import type { AuditSearch } from "./search";

const midnight = (day: string, later = 0): string | undefined => {
  const [y = NaN, m = NaN, d = NaN] = day.split("-").map(Number);
  const at = new Date(y, m - 1, d + later);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

const asked = ({ from, to, ...rest }: AuditSearch) => ({
  ...rest,
  ...(from ? { from: midnight(from) } : {}),
  ...(to ? { to: midnight(to, 1) } : {}),
});

export const auditQuery = (search: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ["audit", search],
    queryFn: ({ pageParam, signal }) =>
      get("/audit", { query: { ...asked(search), limit: 50, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // What one has just done oneself is in it.
    staleTime: 0,
  });

/** The newest seal; none until the first day is over. */
export const newestSealQuery = () =>
  queryOptions({
    queryKey: ["audit", "seals", "newest"],
    queryFn: async () => {
      try {
        return await get("/audit/seals/newest");
      } catch (error) {
        if (isApiError(error) && error.status === 404) return null;
        throw error;
      }
    },
  });

export function exportUrl(search: AuditSearch, format: "csv" | "jsonl"): string {
  const query = new URLSearchParams({ format });
  for (const [key, value] of Object.entries(asked(search))) if (value) query.set(key, value);
  return `${BASE}/audit/export?${query.toString()}`;
}

export const sealUrl = `${BASE}/audit/seals/newest`;
