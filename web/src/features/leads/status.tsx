import type { Lead, LeadStatusCategory } from "@/api/types";
import { Badge } from "@/components/ui/badge";

const LOOK: Record<LeadStatusCategory, "selected" | "neutral" | "outline" | "ok" | "bad" | "warn"> = {
  new: "selected",
  working: "neutral",
  nurturing: "outline",
  qualified: "ok",
  unqualified: "bad",
  converted: "outline",
};

export const LeadStatus = ({ lead }: { lead: Lead }) => (
  <Badge kind={LOOK[lead.status_category]}>{lead.status.name}</Badge>
);
