import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { readGroup, type KnowledgeSearch } from "@/features/knowledge/queries";
import { SearchPage } from "@/features/knowledge/search";

export const Route = createFileRoute("/_app/search")({
  staticData: { crumb: "Search" },
  validateSearch: (search: Record<string, unknown>): KnowledgeSearch => {
    const group = readGroup(search.in);
    const q = typeof search.q === "string" || typeof search.q === "number" ? String(search.q).slice(0, 500) : undefined;
    return { ...(q ? { q } : {}), ...(group ? { in: group } : {}) };
  },
  component: SearchRoute,
});

function SearchRoute() {
  const navigate = useNavigate({ from: "/search" });
  return <SearchPage search={Route.useSearch()} onSearch={(search) => void navigate({ search })} />;
}
