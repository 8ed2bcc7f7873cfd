import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { remove } from "@/api/client";
import type { AssignmentRule } from "@/api/types";
import { DeleteButton } from "@/components/crm/delete-button";
import { assignmentRulesQuery } from "./queries";

export function DeleteAssignmentRule({ rule }: { rule: AssignmentRule }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <DeleteButton
      noun="rule"
      name={rule.name}
      description="Leads that it has given stay where they are. To keep it for later, switch it off instead."
      run={() => remove("/assignment-rules/{id}", { path: { id: rule.id }, ifMatch: rule.version })}
      leave={async () => {
        await navigate({ to: "/admin/assignment" });
        await client.invalidateQueries({ queryKey: assignmentRulesQuery().queryKey });
      }}
    />
  );
}
