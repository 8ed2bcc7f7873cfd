import { CircleAlert } from "lucide-react";
import { useId, type ReactNode } from "react";
import { cn } from "@/lib/cn";

interface Wiring {
  id: string;
  "aria-invalid": boolean | undefined;
  "aria-describedby": string | undefined;
}

/** Label, control, and below it the error or the hint, wired together for a screen reader. */
export function Field(props: {
  label: string;
  required?: boolean;
  error?: string | undefined;
  hint?: ReactNode;
  aside?: ReactNode;
  className?: string;
  children: (wiring: Wiring) => ReactNode;
}) {
  const id = useId();
  const note = props.error ?? props.hint;
  return (
    <div data-slot="field" className={cn("flex flex-col gap-1", props.className)}>
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-meta font-medium text-fg-2">
          {props.label} {props.required && <span className="text-bad-text">required</span>}
        </label>
        {props.aside}
      </div>
      {props.children({
        id,
        "aria-invalid": props.error ? true : undefined,
        "aria-describedby": note ? `${id}-note` : undefined,
      })}
      {props.error ? (
        <p id={`${id}-note`} role="alert" className="flex items-center gap-1 text-meta text-bad-text">
          <CircleAlert className="size-3" aria-hidden /> {props.error}
        </p>
      ) : (
        props.hint && (
          <p id={`${id}-note`} className="text-meta text-fg-3">
            {props.hint}
          </p>
        )
      )}
    </div>
  );
}
