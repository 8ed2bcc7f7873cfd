import { useSuspenseQuery } from "@tanstack/react-query";
import { Check, ShieldCheck } from "lucide-react";
import type { Import } from "@/api/types";
import { cn } from "@/lib/cn";
import { CheckStep, Checking } from "./check";
import { Done } from "./done";
import { MapStep } from "./map";
import { importQuery } from "./queries";

const STEPS = ["Upload", "Map", "Check", "Done"] as const;

function stepOf(item: Import, wanted: string | undefined): 1 | 2 | 3 {
  if (item.status === "mapping") return 1;
  if (item.status === "checked") return wanted === "map" ? 1 : 2;
  return item.status === "checking" ? 2 : 3;
}

export function ImportWizard({
  id,
  wanted,
  onStep,
}: {
  id: string;
  wanted: string | undefined;
  onStep: (step: "map" | "check") => void;
}) {
  const { data: item } = useSuspenseQuery(importQuery(id));
  const at = stepOf(item, wanted);
  const untouched = at < 3;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-[52px] shrink-0 items-center gap-3 border-b border-line px-4 md:px-5">
        <ol aria-label="Steps" className="flex flex-1 items-center gap-2 md:gap-3">
          {STEPS.map((step, i) => (
            <li key={step} aria-current={i === at ? "step" : undefined} className="flex items-center gap-2 text-cell">
              {i > 0 && <span aria-hidden className="h-px w-4 bg-line-strong md:w-10" />}
              <span
                className={cn(
                  "grid size-[22px] place-items-center rounded-full text-meta font-semibold",
                  i < at || item.status === "done"
                    ? "bg-fg-2 text-bg"
                    : i === at
                      ? "bg-accent text-on-accent"
                      : "border border-line-control text-fg-3",
                )}
              >
                {i < at || item.status === "done" ? (
                  <Check className="size-3" strokeWidth={3} aria-label="done" />
                ) : (
                  i + 1
                )}
              </span>
              <span className={cn(i === at ? "font-semibold text-fg" : "text-fg-2 max-md:sr-only")}>{step}</span>
            </li>
          ))}
        </ol>
        {untouched && (
          <p className="flex items-center gap-1.5 text-meta text-fg-3 max-md:sr-only">
            <ShieldCheck className="size-4" aria-hidden /> Nothing has been written yet
          </p>
        )}
      </div>
      {at === 1 && <MapStep item={item} onChecked={() => onStep("check")} />}
      {at === 2 &&
        (item.status === "checking" ? (
          <Checking item={item} />
        ) : (
          <CheckStep item={item} onBack={() => onStep("map")} />
        ))}
      {at === 3 && <Done item={item} />}
    </div>
  );
}
