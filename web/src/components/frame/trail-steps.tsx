import { Link, useParams } from "@tanstack/react-router";
import { ChevronDown, ChevronUp } from "lucide-react";
import { Button } from "@/components/ui/button";
import { number } from "@/lib/format";
import { trail } from "@/lib/frame";

/** On a record that was opened from a list: where it stands in it, and the way up and down. */
export function TrailSteps() {
  const { id } = useParams({ strict: false });
  const from = trail.use();
  const at = id && from ? from.ids.indexOf(id) : -1;
  if (!from || at < 0) return null;
  const step = (to: string | undefined, label: string, Glyph: typeof ChevronUp) =>
    to ? (
      <Button asChild variant="quiet" size="iconRow">
        <Link to="/opportunities/$id" params={{ id: to }} aria-label={label}>
          <Glyph />
        </Link>
      </Button>
    ) : (
      <Button variant="quiet" size="iconRow" disabled aria-label={label}>
        <Glyph />
      </Button>
    );
  return (
    <span className="ml-2 flex items-center gap-1 max-md:hidden">
      {step(from.ids[at - 1], "Previous record", ChevronUp)}
      {step(from.ids[at + 1], "Next record", ChevronDown)}
      <span className="text-meta text-fg-3 tnum">
        {number(at + 1)} of {number(from.ids.length)}
      </span>
    </span>
  );
}
