import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { remove } from "@/api/client";
import type { Rule } from "@/api/types";
import { DeleteButton } from "@/components/crm/delete-button";

export function DeleteRule({ rule }: { rule: Rule }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <DeleteButton
      noun="rule"
      name={rule.name}
      description="Records are no longer judged by it. To keep it for later, switch it off instead."
      run={() => remove("/rules/{id}", { path: { id: rule.id }, ifMatch: rule.version })}
      leave={async () => {
        await navigate({ to: "/admin/rules" });
        await client.invalidateQueries({ queryKey: ["rules"] });
      }}
    >
      <p className="font-mono text-code">{rule.expression}</p>
    </DeleteButton>
  );
}
