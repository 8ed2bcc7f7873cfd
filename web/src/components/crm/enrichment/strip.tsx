/** What public sources know of a record, in a line; the proposals open beside it. */
import { useQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { plural } from "@/lib/format";
import { loadable } from "@/lib/loadable";
import { enrichmentQuery, type Enriched } from "./query";

const EnrichmentPanel = loadable(() => import("./panel").then((m) => m.EnrichmentPanel));

export function EnrichmentStrip(props: { object: Enriched; record: { id: string; version: number; name: string } }) {
  const { object, record } = props;
  const [open, setOpen] = useState(false);
  const known = useQuery(enrichmentQuery(object, record.id, record.version)).data;
  const count = known?.suggestions.length ?? 0;
  if (!known || (count === 0 && known.notes.length === 0)) return null;
  return (
    <>
      <Button className="self-start" onClick={() => setOpen(true)} onPointerEnter={EnrichmentPanel.load}>
        <Sparkles /> Enrich: {count > 0 ? plural(count, "proposal") : plural(known.notes.length, "note")}
      </Button>
      {open && <EnrichmentPanel object={object} record={record} known={known} onClose={() => setOpen(false)} />}
    </>
  );
}
