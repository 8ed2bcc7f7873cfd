import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const slaCalendarsQuery = () =>
  queryOptions({ queryKey: ["sla-calendars"], queryFn: async () => (await get("/sla-calendars")).items });
