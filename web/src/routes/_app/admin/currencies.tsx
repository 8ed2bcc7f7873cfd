import { createFileRoute } from "@tanstack/react-router";
import { Currencies } from "@/features/admin/currencies";
import { currenciesQuery } from "@/features/admin/queries";

export const Route = createFileRoute("/_app/admin/currencies")({
  staticData: { crumb: "Currencies" },
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...currenciesQuery(), staleTime: "static" });
  },
  component: Currencies,
});
