import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { NewSlaRule, SlaSimulation } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Card, Progress } from "@/components/ui/states";
import { plural } from "@/lib/format";
import { simulationQuery } from "./queries";
import { Simulated } from "./simulated";

/** Runs the rule, as it is written here, over what has happened already. */
export function Simulator({ body }: { body: () => NewSlaRule }) {
  const [months, setMonths] = useState(3);
  const [object, setObject] = useState<NewSlaRule["object"]>("lead");
  const begin = useMutation({
    mutationFn: async () => {
      const rule = body();
      setObject(rule.object);
      return (await post("/sla-simulations", { body: { rule, months } })).data;
    },
  });
  const simulation = useQuery(simulationQuery(begin.data?.id ?? null)).data;
  const running = begin.isPending || simulation?.status === "running";
  return (
    <Card
      title="Simulation"
      aside={
        <>
          <Select
            aria-label="How far back"
            className="h-7 w-36"
            value={String(months)}
            onChange={(e) => setMonths(Number(e.target.value))}
          >
            {[1, 3, 6, 12].map((n) => (
              <option key={n} value={n}>
                last {plural(n, "month")}
              </option>
            ))}
          </Select>
          <Button size="card" busy={running && "Running"} onClick={() => begin.mutate()}>
            Simulate
          </Button>
        </>
      }
    >
      <div role="status" className="flex flex-col gap-3 px-4 py-3 text-cell">
        {begin.error && <p className="text-bad-text">{sentence(begin.error)}</p>}
        {!begin.data && !begin.error && (
          <p className="text-fg-3">
            Says what this rule would have done over the past months, as it is written here. Conditions are asked of
            records as they are now. Nothing is changed.
          </p>
        )}
        {simulation && <Outcome simulation={simulation} object={object} />}
      </div>
    </Card>
  );
}

function Outcome({ simulation, object }: { simulation: SlaSimulation; object: NewSlaRule["object"] }) {
  if (simulation.status === "failed") return <p className="text-bad-text">{simulation.message}</p>;
  if (simulation.status === "running")
    return <Progress value={simulation.done} max={simulation.total} label="Records that have been looked at" />;
  return <Simulated found={simulation.found} records={simulation.done} object={object} />;
}
