/** The plans for an account: one period at a time. */
import { useQuery } from "@tanstack/react-query";
import { Plus, Target } from "lucide-react";
import { useState } from "react";
import type { Account } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Card, Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { loadable } from "@/lib/loadable";
import { periodWords } from "./periods";
import { PlanView } from "./plan-view";
import { plansQuery } from "./queries";

const NewPlan = loadable(() => import("./plan-new").then((m) => m.NewPlan));

export function AccountPlans({ account }: { account: Account }) {
  const query = useQuery(plansQuery(account.id));
  const [chosen, setChosen] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const plans = query.data ?? [];
  const plan = plans.find((p) => p.id === chosen) ?? plans[0];
  const add = account.may.update && (
    <Button variant={plan ? "second" : "primary"} onClick={() => setAdding(true)}>
      <Plus /> New plan
    </Button>
  );
  return (
    <div className="flex flex-col gap-4">
      {query.isPending && <SkeletonRows rows={4} />}
      <ReadFailed query={query} />
      {query.isSuccess && !plan && (
        <Card>
          <Empty icon={Target} title="No plan for this account yet" action={add}>
            Say what you mean to win here, how, and with whom. How far it comes is read off the deals.
          </Empty>
        </Card>
      )}
      {plan && (
        <>
          <div className="flex flex-wrap items-center gap-2">
            <Select
              aria-label="Plan"
              className="w-auto"
              value={plan.id}
              onChange={(event) => setChosen(event.target.value)}
            >
              {plans.map((p) => (
                <option key={p.id} value={p.id}>
                  {periodWords(p.period)}
                </option>
              ))}
            </Select>
            <span className="flex-1" />
            {add}
          </div>
          <PlanView key={plan.id} account={account} plan={plan} />
        </>
      )}
      {adding && (
        <NewPlan
          account={account}
          taken={plans.map((p) => p.period)}
          onMade={(id) => {
            setChosen(id);
            setAdding(false);
          }}
          onClose={() => setAdding(false)}
        />
      )}
    </div>
  );
}
