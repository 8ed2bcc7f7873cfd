import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Waypoints } from "lucide-react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Lead } from "@/api/types";
import { TOUCHED, useUndo } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { failed, told } from "@/components/ui/toast";

/** Gives the lead to whom the assignment rules choose. */
export function AssignByRules({ lead }: { lead: Lead }) {
  const client = useQueryClient();
  const undo = useUndo();
  const assign = useMutation({
    mutationFn: () => post("/leads/{id}/assignment", { path: { id: lead.id }, body: {}, ifMatch: lead.version }),
    onSuccess: async ({ data, eventId }) => {
      await Promise.all(TOUCHED.map((key) => client.invalidateQueries({ queryKey: [key] })));
      if (!data.rule) told("No assignment rule takes this lead");
      else if (!eventId) told(`It is ${data.owner.name}’s already, by “${data.rule.name}”`);
      else told(`${data.owner.name} has it, by “${data.rule.name}”`, { label: "Undo", run: () => void undo(eventId) });
    },
    onError: (error) => failed("The lead was not assigned", sentence(error)),
  });
  return (
    <Button className="max-md:hidden" busy={assign.isPending && "Assigning"} onClick={() => assign.mutate()}>
      <Waypoints /> Assign by the rules
    </Button>
  );
}
