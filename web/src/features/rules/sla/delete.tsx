import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { remove } from "@/api/client";
import type { SlaRule } from "@/api/types";
import { DeleteButton } from "@/components/crm/delete-button";
import { slaRulesQuery } from "./queries";

export function DeleteSlaRule({ rule }: { rule: SlaRule }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <DeleteButton
      noun="rule"
      name={rule.name}
      description="Its clocks stop. What it has counted stays on the dashboard. To keep it for later, switch it off instead."
      run={() => remove("/sla-rules/{id}", { path: { id: rule.id }, ifMatch: rule.version })}
      leave={async () => {
        await navigate({ to: "/admin/sla" });
        await client.invalidateQueries({ queryKey: slaRulesQuery().queryKey });
      }}
    />
  );
}
