import { createFileRoute } from "@tanstack/react-router";
import { productsQuery } from "@/api/shared";
import { PriceLists } from "@/features/admin/price-lists";
import { priceListsQuery } from "@/components/crm/billing";

export const Route = createFileRoute("/_app/admin/price-lists")({
  staticData: { crumb: "Price lists" },
  loader: async ({ context: { queryClient } }) => {
    await Promise.all([
      queryClient.query({ ...priceListsQuery(), staleTime: "static" }),
      queryClient.query({ ...productsQuery(), staleTime: "static" }),
    ]);
  },
  component: PriceLists,
});
