import { useSuspenseQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { pipelinesQuery, useMay } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { AdminPage } from "./layout";
import { NameDialog } from "@/components/crm/name-dialog";
import { PipelineCard } from "./pipeline-card";
import { useSave } from "./use-save";

export function Pipelines() {
  const pipelines = [...useSuspenseQuery(pipelinesQuery()).data].sort((a, b) => a.position - b.position);
  const may = useMay("pipeline", "update");
  const [adding, setAdding] = useState(false);
  const order = useSave((ids: string[]) => post("/pipelines/order", { body: { ids } }), "Pipelines reordered");
  const ids = pipelines.map((p) => p.id);
  const move = (at: number, by: number) => {
    const next = ids.filter((_, i) => i !== at);
    next.splice(at + by, 0, ids[at] ?? "");
    order.mutate(next);
  };
  return (
    <AdminPage
      title="Pipelines"
      text="The stages that deals go through, and what each stage asks for."
      aside={
        may && (
          <Button variant="primary" onClick={() => setAdding(true)}>
            <Plus /> New pipeline
          </Button>
        )
      }
    >
      {pipelines.map((p, at) => (
        <PipelineCard
          key={p.id}
          pipeline={p}
          may={may}
          {...(at > 0 ? { onUp: () => move(at, -1) } : {})}
          {...(at < pipelines.length - 1 ? { onDown: () => move(at, 1) } : {})}
        />
      ))}
      {adding && (
        <NameDialog
          title="New pipeline"
          hint="It starts with an open, a won and a lost stage."
          save={(name) => post("/pipelines", { body: { name } })}
          refresh={["pipelines"]}
          onClose={() => setAdding(false)}
        />
      )}
    </AdminPage>
  );
}
