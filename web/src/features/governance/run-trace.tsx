/** Anybody's run, for who may read the calls of models: what it took and did, without its words. */
import { ReplayCard } from "@/components/crm/trace/replay";
import { TraceCard } from "@/components/crm/trace/waterfall";
import { AdminPage } from "@/features/admin/layout";

export function RunTracePage({ id }: { id: string }) {
  return (
    <AdminPage
      title="Run of the assistant"
      text="What it did and what it took. Its request and its answer are its person’s own; what models were sent is here for as long as the guardrails keep it."
    >
      <TraceCard id={id} over />
      <ReplayCard id={id} />
    </AdminPage>
  );
}
