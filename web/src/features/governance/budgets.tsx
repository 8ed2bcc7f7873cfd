/** What the assistant may use, by whom and in what time, and how much of it is used. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Coins, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { ApiError, sentence } from "@/api/problem";
import { rolesQuery, useMay, usersQuery } from "@/api/shared";
import type { AiBudget, AiBudgets, NewBudget } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Card, Empty, Progress } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { dateTime, number } from "@/lib/format";
import { budgetsQuery } from "./queries";

const METRICS = { requests: "requests", tokens: "tokens", cost: "of cost" } as const;
const PERIODS = { minute: "a minute", hour: "an hour", day: "a day", month: "a month" } as const;

const whom = (budget: AiBudget): string =>
  budget.role?.name ?? budget.person?.name ?? (budget.scope === "each" ? "Each person" : "Everybody together");

export function Budgets({ budgets }: { budgets: AiBudgets }) {
  const mayWrite = useMay("guardrail", "update");
  const [adding, setAdding] = useState(false);
  return (
    <Card
      title="Budgets"
      aside={
        mayWrite && (
          <Button size="row" aria-expanded={adding} onClick={() => setAdding(!adding)}>
            <Plus /> Add a budget
          </Button>
        )
      }
    >
      {adding && <NewBudgetForm onDone={() => setAdding(false)} />}
      {budgets.items.length === 0 && !adding && (
        <Empty icon={Coins} title="No budgets">
          Without one, the assistant is used as much as people ask it. What a call may use is set aside before it, so a
          budget is never exceeded.
        </Empty>
      )}
      <ul>
        {budgets.items.map((budget) => (
          <Row
            key={budget.id}
            budget={budget}
            warned={budgets.warnings.find((warning) => warning.budget_id === budget.id)?.percent ?? 0}
            mayWrite={mayWrite}
          />
        ))}
      </ul>
    </Card>
  );
}

function Row({ budget, warned, mayWrite }: { budget: AiBudget; warned: number; mayWrite: boolean }) {
  const client = useQueryClient();
  const drop = useMutation({
    mutationFn: () => remove("/budgets/{id}", { path: { id: budget.id }, ifMatch: budget.version }),
    onSuccess: () => told("The budget is gone"),
    onError: (error) => failed("The budget stays", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: budgetsQuery().queryKey }),
  });
  const what = `${number(Number(budget.amount))} ${METRICS[budget.metric]} ${PERIODS[budget.period]}`;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2 text-cell last:border-0">
      <span className="flex min-w-0 flex-1 basis-48 flex-col">
        <span className="text-fg">{whom(budget)}</span>
        <span className="text-meta text-fg-3 tnum">
          {what}, until {dateTime(budget.until)}
        </span>
      </span>
      <span className="flex w-48 flex-col gap-1">
        <span className="text-meta text-fg-2 tnum">{number(Number(budget.used))} used</span>
        <Progress value={Number(budget.used)} max={Number(budget.amount)} label={`Used: ${whom(budget)}, ${what}`} />
      </span>
      {warned >= 100 ? <Badge kind="bad">Used up</Badge> : warned >= 80 && <Badge kind="warn">Over 80 %</Badge>}
      {mayWrite && (
        <Button
          variant="quietDanger"
          size="icon"
          aria-label={`Remove the budget: ${whom(budget)}, ${what}`}
          disabled={drop.isPending}
          onClick={() => drop.mutate()}
        >
          <Trash2 />
        </Button>
      )}
    </li>
  );
}

function NewBudgetForm({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const [scope, setScope] = useState<NewBudget["scope"]>("organisation");
  const [of, setOf] = useState("");
  const [metric, setMetric] = useState<NewBudget["metric"]>("requests");
  const [period, setPeriod] = useState<NewBudget["period"]>("day");
  const [amount, setAmount] = useState("");
  const roles = useQuery({ ...rolesQuery(), enabled: scope === "role" }).data ?? [];
  const people = useQuery({ ...usersQuery(), enabled: scope === "person" }).data ?? [];
  const add = useMutation({
    mutationFn: () =>
      post("/budgets", {
        body: {
          scope,
          metric,
          period,
          amount,
          role_id: scope === "role" ? of || null : null,
          user_id: scope === "person" ? of || null : null,
        },
      }),
    onSuccess: () => {
      told("The budget is in force");
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: budgetsQuery().queryKey }),
  });
  const errors = add.error instanceof ApiError ? (add.error.problem.errors ?? []) : [];
  const errorAt = (field: string) => errors.find((error) => error.field === field)?.message;
  return (
    <form
      className="flex flex-wrap items-start gap-2 border-b border-line px-4 py-3"
      onSubmit={(e) => {
        e.preventDefault();
        add.mutate();
      }}
    >
      <Field label="For" className="w-44">
        {(w) => (
          <Select
            {...w}
            value={scope}
            onChange={(e) => {
              setScope(e.target.value as NewBudget["scope"]);
              setOf("");
            }}
          >
            <option value="organisation">Everybody together</option>
            <option value="each">Each person</option>
            <option value="role">A role together</option>
            <option value="person">A person</option>
          </Select>
        )}
      </Field>
      {(scope === "role" || scope === "person") && (
        <Field
          label={scope === "role" ? "Role" : "Person"}
          className="w-44"
          error={errorAt(scope === "role" ? "role_id" : "user_id")}
        >
          {(w) => (
            <Select {...w} value={of} onChange={(e) => setOf(e.target.value)}>
              <option value="">Choose</option>
              {(scope === "role" ? roles : people).map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <Field label="At most" className="w-28" error={errorAt("amount")}>
        {(w) => (
          <Input
            {...w}
            inputMode="decimal"
            className="text-right tnum"
            value={amount}
            onChange={(e) => setAmount(e.target.value)}
          />
        )}
      </Field>
      <Field label="Of" className="w-32">
        {(w) => (
          <Select {...w} value={metric} onChange={(e) => setMetric(e.target.value as NewBudget["metric"])}>
            <option value="requests">Requests</option>
            <option value="tokens">Tokens</option>
            <option value="cost">Cost</option>
          </Select>
        )}
      </Field>
      <Field label="In" className="w-28">
        {(w) => (
          <Select {...w} value={period} onChange={(e) => setPeriod(e.target.value as NewBudget["period"])}>
            {Object.entries(PERIODS).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <span className="flex gap-2 self-end max-md:w-full">
        <Button type="submit" variant="primary" disabled={amount.trim() === ""} busy={add.isPending && "Adding"}>
          Add
        </Button>
        <Button type="button" onClick={onDone}>
          Cancel
        </Button>
      </span>
      {add.error && errors.length === 0 && (
        <p role="alert" className="w-full text-meta text-bad-text">
          {sentence(add.error)}
        </p>
      )}
    </form>
  );
}
