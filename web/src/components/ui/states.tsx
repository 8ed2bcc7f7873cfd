import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { sentence } from "@/api/problem";
import { cn } from "@/lib/cn";
import { Button } from "./button";

/** What will be here, what brings it, and one thing to do. */
export function Empty(props: {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  const Glyph = props.icon;
  return (
    <div
      data-slot="empty"
      className={cn("mx-auto flex max-w-sm flex-col items-center gap-1 px-6 py-10 text-center", props.className)}
    >
      <Glyph className="mb-1 size-[22px] text-fg-3" strokeWidth={1.75} aria-hidden />
      <p className="text-body font-medium text-fg">{props.title}</p>
      {props.children && <div className="text-cell text-fg-3">{props.children}</div>}
      {props.action && <div className="mt-3">{props.action}</div>}
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden data-slot="skeleton" className={cn("block h-2.5 w-24 rounded-xs bg-active", className)} />;
}

export function SkeletonRows({ rows = 8, height = 36 }: { rows?: number; height?: number }) {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className="flex items-center gap-6 border-b border-line px-5" style={{ height }}>
          <Skeleton className={["w-40", "w-52", "w-32"][i % 3] ?? "w-40"} />
          <Skeleton className="w-24" />
          <Skeleton className="ml-auto w-16" />
        </div>
      ))}
    </div>
  );
}

/** A read that failed: why, and once more. Nothing while it has not. */
export function ReadFailed(props: { query: { error: unknown; isFetching: boolean; refetch: () => Promise<unknown> } }) {
  const { error, isFetching, refetch } = props.query;
  if (!error) return null;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 px-4 py-2 text-cell text-bad-text">
      <p className="min-w-0 flex-1 basis-48">{sentence(error)}</p>
      <Button busy={isFetching && "Trying"} onClick={() => void refetch()}>
        Retry
      </Button>
    </div>
  );
}

export function Progress({ value, max, label }: { value: number; max: number; label: string }) {
  const share = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value}
      className="h-1.5 w-full overflow-hidden rounded-xs bg-active"
    >
      <div
        className="h-full origin-left rounded-xs bg-accent transition-transform duration-200"
        style={{ transform: `scaleX(${share})` }}
      />
    </div>
  );
}

export function Card(props: {
  title?: ReactNode;
  aside?: ReactNode;
  dashed?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section
      data-slot="card"
      className={cn(
        "overflow-hidden rounded-xl border bg-surface",
        props.dashed ? "border-dashed border-line-control" : "border-line-strong",
        props.className,
      )}
    >
      {props.title && (
        <header
          className={cn(
            "flex min-h-10 items-center gap-2 border-b border-line px-4 py-2",
            props.dashed && "border-dashed",
          )}
        >
          <h2 className="flex min-w-0 flex-1 items-center gap-2 text-section text-fg">{props.title}</h2>
          {props.aside}
        </header>
      )}
      {props.children}
    </section>
  );
}
