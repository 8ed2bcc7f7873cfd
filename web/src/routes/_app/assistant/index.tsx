import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { History } from "@/features/assistant/history";
import { readAsked } from "@/features/assistant/run-query";

export const Route = createFileRoute("/_app/assistant/")({
  validateSearch: (search: Record<string, unknown>): { q?: string; status?: string } => search,
  component: Page,
});

function Page() {
  const navigate = useNavigate({ from: "/assistant/" });
  return (
    <History asked={readAsked(Route.useSearch())} onAsked={(search) => void navigate({ search, replace: true })} />
  );
}
