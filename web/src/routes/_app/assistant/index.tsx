import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { History } from "@/features/assistant/history";
import type { Asked } from "@/features/assistant/run-query";
import { STATUSES } from "@/features/assistant/words";

export const Route = createFileRoute("/_app/assistant/")({
  validateSearch: (search: Record<string, unknown>): Asked => {
    const q = typeof search.q === "string" ? search.q.trim().slice(0, 200) : "";
    const status = STATUSES.find((s) => s === search.status);
    return { ...(q ? { q } : {}), ...(status ? { status } : {}) };
  },
  component: Page,
});

function Page() {
  const navigate = useNavigate({ from: "/assistant/" });
  return <History asked={Route.useSearch()} onAsked={(search) => void navigate({ search, replace: true })} />;
}
