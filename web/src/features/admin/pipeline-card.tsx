import { useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore, ArrowDown, ArrowUp, Ellipsis, Plus, Trash2, Users, Waypoints } from "lucide-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { patch, post, remove } from "@/api/client";
import { pipelinesQuery, teamsQuery } from "@/api/shared";
import type { Pipeline, Stage } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { InlineText } from "@/components/ui/inline-text";
import { Menu } from "@/components/ui/menu";
import { SortableList } from "@/components/ui/sortable";
import { Card } from "@/components/ui/states";
import { plural } from "@/lib/format";
import { StageForm } from "./stage-form";
import { StageRow } from "./stage-row";
import { TeamsDialog } from "./teams-dialog";
import { useSave } from "./use-save";

export function PipelineCard(props: { pipeline: Pipeline; may: boolean; onUp?: () => void; onDown?: () => void }) {
  const { pipeline, may } = props;
  const client = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<"stage" | "teams" | null>(null);
  const path = { id: pipeline.id };
  const change = useSave((body: { name?: string; archived?: boolean }) =>
    patch("/pipelines/{id}", { path, body, ifMatch: pipeline.version }),
  );
  const drop = useSave(() => remove("/pipelines/{id}", { path, ifMatch: pipeline.version }), "Pipeline deleted");
  const order = useSave((ids: string[]) => {
    // The new order is shown at once.
    client.setQueryData(pipelinesQuery().queryKey, (all) =>
      all?.map((p) => (p.id === pipeline.id ? { ...p, stages: inOrder(p.stages, ids) } : p)),
    );
    return post("/pipelines/{id}/order", { path, body: { ids }, ifMatch: pipeline.version });
  });
  const stages = [...pipeline.stages].sort((a, b) => a.position - b.position);
  return (
    <Card
      title={
        <>
          <InlineText
            label="Pipeline"
            value={pipeline.name}
            disabled={!may}
            onSave={(name) => change.mutate({ name })}
          />
          {pipeline.archived && <Badge kind="outline">Archived</Badge>}
          <Scope pipeline={pipeline} />
        </>
      }
      aside={
        may && (
          <Menu
            align="end"
            trigger={
              <Button variant="quiet" size="icon" aria-label={`More for ${pipeline.name}`}>
                <Ellipsis />
              </Button>
            }
            items={[
              {
                label: "Lifecycle",
                icon: <Waypoints />,
                run: () => void navigate({ to: "/admin/lifecycles/$id", params: path }),
              },
              { label: "Teams that use it", icon: <Users />, run: () => setOpen("teams") },
              { label: "Move up", icon: <ArrowUp />, disabled: !props.onUp, run: () => props.onUp?.() },
              { label: "Move down", icon: <ArrowDown />, disabled: !props.onDown, run: () => props.onDown?.() },
              pipeline.archived
                ? { label: "Restore", icon: <ArchiveRestore />, run: () => change.mutate({ archived: false }) }
                : { label: "Archive", icon: <Archive />, run: () => change.mutate({ archived: true }) },
              "line",
              { label: "Delete", icon: <Trash2 />, bad: true, run: () => drop.mutate(undefined) },
            ]}
          />
        )
      }
    >
      <SortableList
        label={`Stages of ${pipeline.name}`}
        items={stages}
        disabled={!may}
        onOrder={(ids) => order.mutate(ids)}
        row={(stage) => <StageRow stage={stage} stages={stages} may={may} />}
      />
      {may && (
        <div className="border-t border-line px-2 py-1.5">
          <Button variant="quiet" onClick={() => setOpen("stage")}>
            <Plus /> Add stage
          </Button>
        </div>
      )}
      {open === "stage" && <StageForm pipelineId={pipeline.id} onClose={() => setOpen(null)} />}
      {open === "teams" && <TeamsDialog pipeline={pipeline} onClose={() => setOpen(null)} />}
    </Card>
  );
}

const inOrder = (stages: Stage[], ids: string[]): Stage[] =>
  stages.map((s) => ({ ...s, position: ids.indexOf(s.id) })).sort((a, b) => a.position - b.position);

function Scope({ pipeline }: { pipeline: Pipeline }) {
  const teams = useQueryClient().getQueryData(teamsQuery().queryKey) ?? [];
  if (pipeline.team_ids.length === 0) return null;
  const names = pipeline.team_ids.flatMap((id) => teams.find((t) => t.id === id)?.name ?? []);
  return (
    <Badge title={names.join(", ")}>
      {names.length === 1 ? names[0] : plural(pipeline.team_ids.length, "team")} only
    </Badge>
  );
}
