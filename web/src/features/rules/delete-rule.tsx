import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Rule } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { failed, told } from "@/components/ui/toast";

export function DeleteRule({ rule }: { rule: Rule }) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const gone = useMutation({
    mutationFn: () => remove("/rules/{id}", { path: { id: rule.id }, ifMatch: rule.version }),
    onSuccess: async () => {
      await navigate({ to: "/admin/rules" });
      await client.invalidateQueries({ queryKey: ["rules"] });
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
          description="Records are no longer judged by it. To keep it for later, switch it off instead."
          verb="Delete rule"
          doing="Deleting"
          pending={gone.isPending}
          onConfirm={() => gone.mutate()}
          onClose={() => setAsking(false)}
        >
          <p className="font-mono text-code">{rule.expression}</p>
        </Confirm>
      )}
    </>
  );
}
