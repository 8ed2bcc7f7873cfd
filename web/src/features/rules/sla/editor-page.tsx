import { useSuspenseQuery } from "@tanstack/react-query";
import { SlaEditor } from "./editor";
import { slaRuleQuery } from "./queries";

export function SlaEditorPage({ id }: { id: string }) {
  return id === "new" ? <SlaEditor rule={null} /> : <Stored key={id} id={id} />;
}

function Stored({ id }: { id: string }) {
  return <SlaEditor rule={useSuspenseQuery(slaRuleQuery(id)).data} />;
}
