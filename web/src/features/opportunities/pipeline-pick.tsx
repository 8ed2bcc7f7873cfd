import { useNavigate } from "@tanstack/react-router";
import { ChevronDown } from "lucide-react";
import { usePipelines } from "@/api/shared";
import type { Ref } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import type { ListSearch } from "@/components/crm/list/search";

/** Which pipeline the board shows, where there are several. */
export function PipelinePick({ search, current }: { search: ListSearch; current: Ref }) {
  const pipelines = usePipelines();
  const navigate = useNavigate();
  if (pipelines.length < 2) return null;
  return (
    <Menu
      align="end"
      trigger={
        <Button aria-label={`Pipeline: ${current.name}`} className="max-w-48">
          <span className="truncate">{current.name}</span> <ChevronDown />
        </Button>
      }
      items={pipelines.map((p) => ({
        label: p.name,
        checked: p.id === current.id,
        run: () => void navigate({ to: "/opportunities/board", search: { ...search, pipeline_id: p.id } }),
      }))}
    />
  );
}
