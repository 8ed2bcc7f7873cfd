import { Button } from "@/components/ui/button";
import { dateTime } from "@/lib/format";

/** What was typed here before stands in the form again. */
export function Restored({ at, onAnew }: { at: number; onAnew: () => void }) {
  return (
    <p role="status" className="flex items-center gap-2 rounded-lg bg-muted px-3 py-1.5 text-cell text-fg-2">
      <span className="flex-1">As you left it on {dateTime(new Date(at).toISOString())}.</span>
      <Button type="button" size="row" variant="quiet" onClick={onAnew}>
        Start anew
      </Button>
    </p>
  );
}
