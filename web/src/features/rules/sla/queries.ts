import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { get } from "@/api/client";
import { optionsQuery, pipelinesQuery } from "@/api/shared";
import { slaCalendarsQuery } from "@/components/crm/sla-calendars";

export const slaRulesQuery = () =>
  queryOptions({ queryKey: ["sla-rules"], queryFn: async () => (await get("/sla-rules")).items });

export const slaRuleQuery = (id: string) =>
  queryOptions({ queryKey: ["sla-rules", id], queryFn: () => get("/sla-rules/{id}", { path: { id } }) });

/** Asked again and again until it has ended. */
export const simulationQuery = (id: string | null) =>
  queryOptions({
    queryKey: ["sla-simulations", id],
    queryFn: () => get("/sla-simulations/{id}", { path: { id: id ?? "" } }),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.status === "running" || !query.state.data ? 700 : false),
  });

/** What the editor needs to begin with. */
export const editorQueries = (client: QueryClient, id: string) =>
  Promise.all([
    client.query({ ...slaCalendarsQuery(), staleTime: "static" }),
    client.query({ ...pipelinesQuery(), staleTime: "static" }),
    client.query({ ...optionsQuery(), staleTime: "static" }),
    id === "new" ? null : client.query(slaRuleQuery(id)),
  ]);
