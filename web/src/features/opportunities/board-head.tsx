import { Gauge, Plus } from "lucide-react";
import { useMay } from "@/api/shared";
import type { Col } from "@/components/crm/board-model";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ColourDot } from "@/components/ui/colour";
import { PersonMark } from "@/components/ui/marks";
import { StageRing } from "@/components/ui/stage-ring";
import { moneyRound, moneyShort, number } from "@/lib/format";
import { create } from "@/lib/frame";

/** Whether the stage takes no more deals at the moment. */
export const fullOf = (col: Col): boolean =>
  col.stage?.wip_policy === "block" && col.inStage !== null && col.inStage >= (col.stage.wip_limit ?? Infinity);

/** A column's name, count and sums. */
export function ColumnHead({ col, by }: { col: Col; by: string | undefined }) {
  const { stage } = col;
  const may = useMay("opportunity", "create") && stage?.kind === "open";
  return (
    <header className="px-3 pt-2 pb-2.5">
      <div className="flex h-7 items-center gap-1.5">
        {stage && <StageRing kind={stage.kind} probability={stage.probability} />}
        {stage?.colour && <ColourDot colour={stage.colour} />}
        {by === "owner_id" && col.key !== "" && <PersonMark id={col.key} name={col.title} />}
        <h2 className="truncate text-cell font-medium text-fg">{col.title}</h2>
        {col.retired && <span className="shrink-0 text-meta text-fg-3">no longer offered</span>}
        <Count col={col} />
        {may && (
          <Button
            variant="quiet"
            size="iconRow"
            aria-label={`New opportunity in ${col.title}`}
            className="ml-auto text-fg-3"
            onClick={() => create({ kind: "opportunity", stageId: stage.id })}
          >
            <Plus />
          </Button>
        )}
      </div>
      <p className="flex items-baseline justify-between gap-2 text-cell tnum">
        <span className="font-semibold text-fg">{moneyRound(col.sum)}</span>
        {(!stage || stage.kind === "open") && col.weighted && (
          <span className="truncate text-meta text-fg-3">{moneyShort(col.weighted)} weighted</span>
        )}
      </p>
    </header>
  );
}

/** How many there are; against the limit of a stage that has one, which counts all that are in it. */
function Count({ col }: { col: Col }) {
  const { count, inStage, stage } = col;
  const limit = stage?.wip_limit;
  if (limit == null || inStage === null) return <span className="text-cell text-fg-3 tnum">{number(count)}</span>;
  const words = `${number(inStage)} of ${number(limit)}`;
  const others = inStage === count ? "" : ` ${number(count)} of them are on this board.`;
  if (fullOf(col))
    return (
      <Badge kind="warn" title={`Full: it takes no more deals.${others}`} className="tnum">
        <Gauge aria-hidden /> {words}, full
      </Badge>
    );
  if (inStage <= limit)
    return (
      <span className="shrink-0 text-cell text-fg-3 tnum" title={`At most ${number(limit)} at once.${others}`}>
        {words}
      </span>
    );
  return (
    <Badge kind="warn" title={`More deals than this stage should have at once.${others}`} className="tnum">
      <Gauge aria-hidden /> {words}
    </Badge>
  );
}
