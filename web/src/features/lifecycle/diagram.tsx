import type { Stage } from "@/api/types";
import { cn } from "@/lib/cn";
import { asks, criteriaOf, type Arrow, type Definition } from "./model";

const [WIDTH, HEIGHT, GAP] = [128, 40, 44];
const ROW = 96;
const LOST = 210;

/** Open stages and won ones stand in a row, lost ones below it. */
function spots(stages: Stage[]): Map<string, { x: number; y: number }> {
  const row = stages.filter((s) => s.kind !== "lost");
  const lost = stages.filter((s) => s.kind === "lost");
  const at = (i: number) => 8 + i * (WIDTH + GAP);
  const middle = Math.max(0, (row.length - lost.length) / 2);
  return new Map([
    ...row.map((s, i): [string, { x: number; y: number }] => [s.id, { x: at(i), y: ROW }]),
    ...lost.map((s, i): [string, { x: number; y: number }] => [s.id, { x: at(middle + i), y: LOST }]),
  ]);
}

/** From the edge of one box to the edge of the other: straight to its neighbour, else over or under the row. */
function curve(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const half = WIDTH / 2;
  if (from.y !== to.y) {
    const down = to.y > from.y;
    const [y1, y2] = down ? [from.y + HEIGHT, to.y - 2] : [from.y, to.y + HEIGHT + 2];
    const shift = down ? 0 : 14;
    return `M${from.x + half + shift},${y1} C${from.x + half + shift},${(y1 + y2) / 2} ${to.x + half + shift},${(y1 + y2) / 2} ${to.x + half + shift},${y2}`;
  }
  const step = Math.round((to.x - from.x) / (WIDTH + GAP));
  if (step === 1) return `M${from.x + WIDTH},${from.y + HEIGHT / 2} L${to.x - 2},${to.y + HEIGHT / 2}`;
  const up = step > 0;
  const edge = up ? from.y : from.y + HEIGHT;
  const bow = Math.min(76, 22 + Math.abs(step) * 12) * (up ? -1 : 1);
  const lean = up ? 16 : -16;
  return `M${from.x + half + lean},${edge} C${from.x + half + lean},${edge + bow} ${to.x + half - lean},${edge + bow} ${to.x + half - lean},${edge + (up ? -2 : 2)}`;
}

/** The state machine, drawn. The same is said in words beside it, so that nobody needs the picture. */
export function Diagram(props: {
  stages: Stage[];
  arrows: Arrow[];
  definition: Definition;
  chosen: string;
  onChoose: (stage: string) => void;
}) {
  const at = spots(props.stages);
  const columns = Math.max(1, ...[...at.values()].map((s) => (s.x - 8) / (WIDTH + GAP) + 1));
  const width = 16 + columns * (WIDTH + GAP) - GAP;
  // What belongs to the chosen stage is drawn over the rest.
  const drawn = [...props.arrows].sort((a, b) => Number(a.from === props.chosen) - Number(b.from === props.chosen));
  return (
    <div className="scroll-thin overflow-x-auto rounded-lg border border-line bg-sunken">
      <svg
        viewBox={`0 0 ${width} 262`}
        // As wide as there is room for, and no smaller than can be read: then it scrolls.
        style={{ minWidth: width * 0.8, maxWidth: width }}
        aria-hidden
        className="mx-auto block h-auto w-full text-fg-3"
      >
        <defs>
          <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0,0 L8,4 L0,8 z" fill="context-stroke" />
          </marker>
        </defs>
        {drawn.map((a) => {
          const [from, to] = [at.get(a.from), at.get(a.to)];
          if (!from || !to) return null;
          const mine = a.from === props.chosen;
          const closed = props.stages.find((s) => s.id === a.from)?.kind !== "open";
          return (
            <path
              key={`${a.from}-${a.to}`}
              d={curve(from, to)}
              fill="none"
              markerEnd="url(#tip)"
              strokeWidth={mine ? 2 : 1}
              strokeDasharray={closed ? "4 4" : a.roles.length > 0 ? "8 3" : undefined}
              className={mine ? "stroke-accent" : "stroke-line-control opacity-60"}
            />
          );
        })}
        {props.stages.map((s) => {
          const spot = at.get(s.id);
          if (!spot) return null;
          const n =
            asks(criteriaOf(props.definition, s.id, "entry")) + asks(criteriaOf(props.definition, s.id, "exit"));
          return (
            <g key={s.id} onClick={() => props.onChoose(s.id)} className="cursor-pointer">
              <rect
                x={spot.x}
                y={spot.y}
                width={WIDTH}
                height={HEIGHT}
                rx={8}
                className={cn("fill-surface", s.id === props.chosen ? "stroke-accent" : "stroke-line-strong")}
                strokeWidth={s.id === props.chosen ? 2 : 1}
              />
              <text
                x={spot.x + WIDTH / 2}
                y={spot.y + (n > 0 ? 17 : 24)}
                textAnchor="middle"
                className="fill-fg text-meta font-medium"
              >
                {s.name.length > 18 ? `${s.name.slice(0, 17)}…` : s.name}
              </text>
              {n > 0 && (
                <text x={spot.x + WIDTH / 2} y={spot.y + 32} textAnchor="middle" className="fill-fg-3 text-meta">
                  asks for {n}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
