import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Waypoints } from "lucide-react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Lead } from "@/api/types";
import { TOUCHED, useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { failed } from "@/components/ui/toast";
import { usePhone } from "@/lib/hooks";

/** Gives the lead to whom the assignment rules choose: a button, and on phones an entry of the record's menu. */
export function useAssign(lead: Lead) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const told = useTold();
  const phone = usePhone();
  const assign = useMutation({
    mutationFn: () => post("/leads/{id}/assignment", { path: { id: lead.id }, body: {}, ifMatch: lead.version }),
    onSuccess: async ({ data, eventId }) => {
      if (!data.lead) {
        // It is beyond what this person sees now: its page would be one of nothing.
        await navigate({ to: "/leads", search: {} });
        client.removeQueries({ queryKey: ["leads", "detail", lead.id] });
      }
      await Promise.all(TOUCHED.map((key) => client.invalidateQueries({ queryKey: [key] })));
      if (!data.rule) told("No assignment rule takes this lead", null);
      else if (!eventId) told(`It is ${data.owner.name}’s already, by “${data.rule.name}”`, null);
      else told(`${data.owner.name} has it, by “${data.rule.name}”`, eventId);
    },
    onError: (error) => failed("The lead was not assigned", sentence(error)),
  });
  const may = lead.may.update && !lead.converted;
  const run = () => assign.mutate();
  return {
    button: may && !phone && (
      <Button busy={assign.isPending && "Assigning"} onClick={run}>
        <Waypoints /> Assign by the rules
      </Button>
    ),
    entries: may && phone ? [{ label: "Assign by the rules", icon: <Waypoints />, run }] : [],
  };
}
