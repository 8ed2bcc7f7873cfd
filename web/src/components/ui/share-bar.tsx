import { cn } from "@/lib/cn";

/** How much of the whole, from 0 to 1, beside the number that says it. */
export function ShareBar({ share, tone }: { share: number; tone: "bg-chart-1" | "bg-chart-2" }) {
  return (
    <span aria-hidden className="block h-2 flex-1 overflow-hidden rounded-xs bg-active">
      <span className={cn("block h-full", tone)} style={{ width: `${share * 100}%` }} />
    </span>
  );
}
