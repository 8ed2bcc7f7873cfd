import { createFileRoute } from "@tanstack/react-router";
import { productsQuery } from "@/api/shared";
import { Products } from "@/features/admin/products";

export const Route = createFileRoute("/_app/admin/products")({
  staticData: { crumb: "Products" },
  loader: async ({ context: { queryClient } }) => {
    await Promise.all([queryClient.query({ ...productsQuery(), staleTime: "static" })]);
  },
  component: Products,
});
