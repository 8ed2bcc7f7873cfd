import type { Col } from "@/components/crm/board-model";
import { slot } from "./board-hand";

interface Props {
  col: Col;
  /** Between two cards, in px. */
  gap: number;
  /** Where a card ends, from the top of the column's cards, in px. */
  endOf: (index: number) => number;
}

/** Where the card in the hand would come. */
export function HandLine({ col, gap, endOf }: Props) {
  const at = slot.use();
  if (at?.col !== col.key) return null;
  const under = col.items.findIndex((o) => o.id === at.below);
  const y = under < 0 ? -gap / 2 : endOf(under) + gap / 2;
  return (
    <div
      aria-hidden
      className="absolute inset-x-0 -top-px z-2 h-0.5 rounded-full bg-accent"
      style={{ transform: `translateY(${y}px)` }}
    />
  );
}
