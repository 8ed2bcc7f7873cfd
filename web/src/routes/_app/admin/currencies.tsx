import { createFileRoute } from "@tanstack/react-router";
import { Currencies } from "@/features/admin/currencies";

export const Route = createFileRoute("/_app/admin/currencies")({
  staticData: { crumb: "Currencies" },
  loader: async ({ context: { queryClient } }) => {
    const { currenciesQuery } = await import("@/features/admin/queries");
    await queryClient.query({ ...currenciesQuery(), staleTime: "static" });
  },
  component: Currencies,
});
