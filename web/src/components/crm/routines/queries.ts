import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

/** What agents have told me lately and I have not put away. */
export const resultsQuery = () =>
  queryOptions({
    queryKey: ["routine-results"],
    queryFn: async ({ signal }) => (await get("/routine-results", { query: { limit: 12 }, signal })).items,
  });
