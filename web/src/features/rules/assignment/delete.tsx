import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { AssignmentRule } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { failed, told } from "@/components/ui/toast";
import { assignmentRulesQuery } from "./queries";

export function DeleteAssignmentRule({ rule }: { rule: AssignmentRule }) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const gone = useMutation({
    mutationFn: () => remove("/assignment-rules/{id}", { path: { id: rule.id }, ifMatch: rule.version }),
    onSuccess: async () => {
      await navigate({ to: "/admin/assignment" });
      await client.invalidateQueries({ queryKey: assignmentRulesQuery().queryKey });
      told(`“${rule.name}” is deleted`);
    },
    onError: (error) => failed("The rule was not deleted", sentence(error)),
  });
  return (
    <>
      <Button type="button" variant="quietDanger" className="ml-auto" onClick={() => setAsking(true)}>
        Delete
      </Button>
      {asking && (
        <Confirm
          title={`Delete “${rule.name}”?`}
          description="Leads that it has given stay where they are. To keep it for later, switch it off instead."
          verb="Delete rule"
          doing="Deleting"
          pending={gone.isPending}
          onConfirm={() => gone.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
