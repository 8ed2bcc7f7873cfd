/** One plan: how far it has come, what it says, who matters, what is to be done. */
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { remove } from "@/api/client";
import type { Account, AccountPlan } from "@/api/types";
import { useWrite } from "@/components/crm/use-write";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { Card, Progress } from "@/components/ui/states";
import { date, money, moneyRound, percent, plural } from "@/lib/format";
import { periodWords } from "./periods";
import { PlanObjectives } from "./plan-objectives";
import { PlanPeople } from "./plan-people";
import { PlanText } from "./plan-text";
import { PlanTarget } from "./plan-target";

export interface PlanProps {
  account: Account;
  plan: AccountPlan;
}

export function PlanView({ account, plan }: PlanProps) {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <PlanHead account={account} plan={plan} />
      <PlanObjectives account={account} plan={plan} />
      <PlanPeople account={account} plan={plan} />
      <PlanText
        account={account}
        plan={plan}
        title="Strategy"
        fields={[{ field: "strategy", label: "Strategy", max: 20_000, rows: 8 }]}
      />
      <PlanText
        account={account}
        plan={plan}
        title="Position"
        fields={[
          { field: "strengths", label: "Strengths" },
          { field: "weaknesses", label: "Weaknesses" },
          { field: "opportunities", label: "Opportunities" },
          { field: "threats", label: "Threats" },
        ]}
      />
      <PlanText
        account={account}
        plan={plan}
        title="White space"
        fields={[{ field: "white_space", label: "What they do not buy from us yet" }]}
      />
    </div>
  );
}

function PlanHead({ account, plan }: PlanProps) {
  const [editing, setEditing] = useState(false);
  const drop = useWrite(
    () =>
      remove("/accounts/{id}/plans/{plan_id}", { path: { id: account.id, plan_id: plan.id }, ifMatch: plan.version }),
    () => `Plan for ${periodWords(plan.period)} deleted`,
  );
  const { progress } = plan;
  return (
    <Card
      className="lg:col-span-2"
      title={`Target for ${periodWords(plan.period)}`}
      aside={
        account.may.update && (
          <Menu
            align="end"
            trigger={
              <Button variant="quiet" size="iconRow" aria-label="Change the plan">
                <Ellipsis />
              </Button>
            }
            items={[
              { label: "Goal and target…", run: () => setEditing(true) },
              "line",
              { label: "Delete plan", bad: true, run: () => drop.mutate(undefined) },
            ]}
          />
        )
      }
    >
      <div className="flex flex-col gap-3 px-4 py-3 text-cell">
        {plan.goal && <p className="whitespace-pre-wrap text-fg">{plan.goal}</p>}
        <div className="flex flex-wrap items-baseline gap-x-2">
          <span className="text-title text-fg tnum">{moneyRound(progress.won_amount) || "—"}</span>
          <span className="text-fg-3 tnum">
            {plan.target ? `won of ${money(plan.target)}` : "won"}
            {typeof progress.percent === "number" && `, ${percent(progress.percent)}`}
          </span>
        </div>
        {typeof progress.percent === "number" && (
          <Progress value={progress.percent} max={100} label="Won of the target" />
        )}
        <p className="text-fg-3 tnum">
          {plural(progress.won_count, "deal")} won; {plural(progress.open_count, "open deal")} to close by{" "}
          {date(plan.ends_on)}
          {progress.open_amount && `, ${moneyRound(progress.open_amount)}`}.{" "}
          {plan.with_below ? "Accounts below count too." : "This account alone."}
        </p>
      </div>
      {editing && <PlanTarget account={account} plan={plan} onClose={() => setEditing(false)} />}
    </Card>
  );
}
