import { createFileRoute, redirect } from "@tanstack/react-router";
import { proof } from "@/components/crm/proof";
import { isApiError } from "@/api/problem";
import { meQuery } from "@/api/shared";
import { SecondFactorDemanded } from "@/features/session/second-factor";
import { loadable } from "@/lib/loadable";

const ProofDialog = loadable(() => import("@/components/crm/proof-dialog").then((m) => m.ProofDialog));

export const Route = createFileRoute("/second-factor")({
  beforeLoad: async ({ context }) => {
    try {
      const me = await context.queryClient.query({ ...meQuery(), staleTime: 0 });
      if (!me.must_set_up_second_factor) throw redirect({ to: "/" });
    } catch (error) {
      if (isApiError(error) && error.status === 401) throw redirect({ to: "/sign-in", search: {} });
      throw error;
    }
  },
  component: SecondFactorRoute,
});

function SecondFactorRoute() {
  const wanted = proof.use();
  return (
    <>
      <SecondFactorDemanded />
      {wanted && <ProofDialog wanted={wanted} />}
    </>
  );
}
