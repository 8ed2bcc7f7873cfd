import { Check, Copy } from "lucide-react";
import { useId } from "react";
import { Button } from "./button";
import { useCopy } from "./use-copy";

/** A value that goes into another program, with a button that copies it. */
export function Copyable({ label, value }: { label: string; value: string }) {
  const id = useId();
  const { copied, copy } = useCopy();
  return (
    <div className="flex flex-col gap-1">
      <span id={id} className="text-meta font-medium text-fg-2">
        {label}
      </span>
      <div className="flex items-start gap-2">
        <span
          role="group"
          aria-labelledby={id}
          className="min-w-0 flex-1 rounded-md border border-line-strong bg-sunken px-2.5 py-1"
        >
          <code className="font-mono text-code break-all text-fg select-all">{value}</code>
        </span>
        <Button
          size="icon"
          aria-label={`Copy the ${label.charAt(0).toLowerCase()}${label.slice(1)}`}
          onClick={() => void copy(value)}
        >
          {copied ? <Check /> : <Copy />}
        </Button>
      </div>
    </div>
  );
}
