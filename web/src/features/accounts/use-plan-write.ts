import { patch } from "@/api/client";
import type { Account, AccountPlan, AccountPlanInput, PlanObjective, PlanPerson } from "@/api/types";
import { useWrite } from "@/components/crm/use-write";

/** A change of a plan, against the version that is shown. */
export function usePlanWrite(account: Account, plan: AccountPlan, said: () => string, land?: (error: unknown) => void) {
  return useWrite(
    (body: AccountPlanInput) =>
      patch("/accounts/{id}/plans/{plan_id}", {
        path: { id: account.id, plan_id: plan.id },
        body,
        ifMatch: plan.version,
      }),
    said,
    land,
  );
}

type SentPerson = NonNullable<AccountPlanInput["people"]>[number];
type SentObjective = NonNullable<AccountPlanInput["objectives"]>[number];

/** People and objectives are written as a whole: those that are there, as they are sent. */
export const sentPerson = ({ contact_id, role, influence, attitude, note }: PlanPerson): SentPerson => ({
  contact_id,
  role: role ?? null,
  influence,
  attitude,
  note: note ?? null,
});

export const sentObjective = (o: PlanObjective): SentObjective => ({
  id: o.id,
  title: o.title,
  owner_id: o.owner_id ?? null,
  due_on: o.due_on ?? null,
  state: o.state,
  measure: o.measure,
  target_amount: o.target_amount ?? null,
  target_count: o.target_count ?? null,
});
