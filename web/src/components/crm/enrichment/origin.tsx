import { useQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { Tip } from "@/components/ui/tooltip";
import { enrichmentQuery, type Enriched } from "./query";
import { fieldWord, originWords } from "./words";

/** A mark beside a value that came from a source, as long as it is still that value. */
export function Origin(props: { object: Enriched; record: { id: string; version: number }; field: string }) {
  const { object, record, field } = props;
  const known = useQuery(enrichmentQuery(object, record.id, record.version)).data;
  const origin = known?.origins.find((o) => o.field === field);
  if (!origin) return null;
  const words = originWords(origin, known?.sources.find((s) => s.id === origin.source)?.name ?? origin.source);
  return (
    <Tip label={words}>
      <button type="button" aria-label={`${fieldWord(field)}: ${words}`} className="rounded-sm p-0.5 text-fg-3">
        <Sparkles className="size-3" />
      </button>
    </Tip>
  );
}
