import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const sessionsQuery = () =>
  queryOptions({ queryKey: ["sessions"], queryFn: async () => (await get("/sessions")).items });
export const rolesQuery = () => queryOptions({ queryKey: ["roles"], queryFn: async () => (await get("/roles")).items });
export const organisationQuery = () => queryOptions({ queryKey: ["organisation"], queryFn: () => get("/organisation") });
export const currenciesQuery = () =>
  queryOptions({ queryKey: ["currencies"], queryFn: async () => (await get("/currencies")).items });
export const ratesQuery = (currency: string) =>
  queryOptions({
    queryKey: ["currencies", "rates", currency],
    queryFn: async () => (await get("/currency-rates", { query: { currency } })).items,
  });
export const priceListsQuery = () =>
  queryOptions({ queryKey: ["price-lists"], queryFn: async () => (await get("/price-lists")).items });
export const priceListQuery = (id: string) =>
  queryOptions({ queryKey: ["price-lists", id], queryFn: () => get("/price-lists/{id}", { path: { id } }) });
