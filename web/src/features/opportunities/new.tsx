import { post } from "@/api/client";
import { useMe, usePipelines } from "@/api/shared";
import type { Pipeline, Ref } from "@/api/types";
import { textOf, type NewField } from "@/components/crm/new-record/fields";
import { NewRecord } from "@/components/crm/new-record/form";

const fieldsOf = (pipelines: Pipeline[]): NewField[] => [
  { name: "name", label: "Name", kind: "text", required: "Name the deal.", wide: true },
  { name: "account_id", label: "Account", kind: "account", wide: true, placeholder: "Find an account" },
  { name: "amount", label: "Amount", kind: "money" },
  { name: "close_date", label: "Close date", kind: "date" },
  { name: "stage_id", label: "Stage", kind: "choice", choices: stagesOf(pipelines) },
  { name: "owner_id", label: "Owner", kind: "user" },
  { name: "next_step", label: "Next step", kind: "text", wide: true },
  { name: "follow_up_date", label: "Follow-up", kind: "date", more: true },
  { name: "primary_contact_id", label: "Primary contact", kind: "contact", more: true },
  { name: "type_id", label: "Type", kind: "option", options: "opportunity_type", more: true },
  { name: "source_id", label: "Source", kind: "option", options: "source", more: true },
  { name: "industry_id", label: "Industry", kind: "option", options: "industry", more: true },
  { name: "region_id", label: "Region", kind: "option", options: "region", more: true },
  { name: "tags", label: "Tags", kind: "tags", more: true },
];

const open = (pipeline: Pipeline) => pipeline.stages.filter((stage) => stage.kind === "open");

/** Where a deal may begin; of several pipelines each under its name. */
const stagesOf = (pipelines: Pipeline[]) =>
  pipelines.flatMap((pipeline) =>
    open(pipeline).map((stage) => ({
      value: stage.id,
      label: stage.name,
      ...(pipelines.length > 1 ? { group: pipeline.name } : {}),
    })),
  );

export function NewOpportunity(props: {
  account?: Ref | undefined;
  stageId?: string | undefined;
  onClose: () => void;
}) {
  const me = useMe();
  const pipelines = usePipelines();
  const stages = pipelines.flatMap(open);
  return (
    <NewRecord
      object="opportunity"
      fields={fieldsOf(pipelines)}
      begin={{ stage_id: stages[0]?.id ?? "", owner_id: { id: me.user.id, name: me.user.name } }}
      initial={{
        ...(props.account ? { account_id: props.account } : {}),
        ...(props.stageId ? { stage_id: props.stageId } : {}),
      }}
      asked={(values) => {
        const stage = stages.find((s) => s.id === textOf(values, "stage_id"));
        return Object.fromEntries((stage?.required_fields ?? []).map((f) => [f, `${stage?.name} asks for it.`]));
      }}
      send={(body) => post("/opportunities", { body })}
      onClose={props.onClose}
    />
  );
}
