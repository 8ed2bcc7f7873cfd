import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** What went wrong, above a form. */
export function Alert({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="flex items-start gap-2 rounded-lg bg-bad-soft px-3 py-2 text-cell text-bad-text">
      <CircleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden /> <span>{children}</span>
    </p>
  );
}
