/** Who has a say in a deal, and who else is after it. */
import type { WholeOpportunity } from "@/api/types";
import { Competitors } from "./competitors";
import { DealContacts } from "./deal-contacts";

export function People({ o }: { o: WholeOpportunity }) {
  return (
    <div className="flex flex-col gap-4">
      {!o.hidden_fields.includes("contacts") && <DealContacts o={o} />}
      {!o.hidden_fields.includes("competitors") && <Competitors o={o} />}
    </div>
  );
}
