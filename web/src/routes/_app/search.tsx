import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { SearchPage } from "@/features/knowledge/search";
import type { KnowledgeSearch } from "@/features/knowledge/words";

export const Route = createFileRoute("/_app/search")({
  staticData: { crumb: "Search" },
  validateSearch: (search: Record<string, unknown>) => search as KnowledgeSearch,
  component: SearchRoute,
});

function SearchRoute() {
  const navigate = useNavigate({ from: "/search" });
  return <SearchPage search={Route.useSearch()} onSearch={(search) => void navigate({ search })} />;
}
