import { Users } from "lucide-react";

/** A team: a square with two heads, as a person is a circle with letters. */
export const TeamMark = () => (
  <span aria-hidden className="inline-grid size-5 shrink-0 place-items-center rounded-sm bg-muted text-fg-3">
    <Users className="size-3" />
  </span>
);
