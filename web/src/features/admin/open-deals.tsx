import { Button } from "@/components/ui/button";
import { plural } from "@/lib/format";

/** What becomes of open deals that have a stage's old probability. */
export function OpenDeals(props: {
  count: number;
  from: number;
  to: number;
  onDecide: (decided: "follow" | "leave") => void;
  onBack: () => void;
}) {
  return (
    <div role="group" aria-label="Open deals" className="flex flex-col gap-3 text-cell text-fg-2">
      <p role="status">
        {plural(props.count, "open deal")} in this stage still {props.count === 1 ? "has" : "have"} its {props.from} %.
        The stage is about to say {props.to} %.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" onClick={() => props.onDecide("follow")}>
          Change them to {props.to} %
        </Button>
        <Button onClick={() => props.onDecide("leave")}>Leave them at {props.from} %</Button>
        <Button variant="quiet" onClick={props.onBack}>
          Back
        </Button>
      </div>
    </div>
  );
}
