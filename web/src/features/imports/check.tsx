import { useSuspenseQuery } from "@tanstack/react-query";
import { Check, CircleAlert, TriangleAlert } from "lucide-react";
import type { Import, ImportCheck } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/states";
import { Spinner } from "@/components/ui/spinner";
import { number, plural } from "@/lib/format";
import { CheckRows } from "./check-rows";
import { Problems } from "./problems";
import { useImportActions } from "./actions";
import { fieldsQuery } from "./queries";

export function Checking({ item }: { item: Import }) {
  return (
    <div className="flex max-w-lg flex-col gap-3 px-4 py-6 md:px-5" role="status">
      <h1 className="flex items-center gap-3 text-title text-fg">
        <Spinner /> Checking {number(item.rows)} rows
      </h1>
      {item.progress && <Progress value={item.progress.done} max={item.progress.total} label="Checking" />}
    </div>
  );
}

/** Ready is solid, blocked red, open amber and hatched. */
function Bar({ check }: { check: ImportCheck }) {
  const total = Math.max(1, check.ready + check.errors + check.undecided + check.skips);
  const part = (n: number, className: string, hatch?: string) =>
    n > 0 && (
      <span
        className={`block h-2 rounded-xs ${className}`}
        style={{ flexGrow: n / total, ...(hatch ? { "--hatch": hatch } : {}) }}
      />
    );
  return (
    <div
      role="img"
      aria-label={`${check.ready} ready, ${check.errors} blocked, ${check.undecided} undecided, ${check.skips} left out`}
      className="flex gap-0.5"
    >
      {part(check.ready, "bg-chart-1")}
      {part(check.errors, "bg-bad")}
      {part(check.undecided, "hatched", "var(--warn)")}
      {part(check.skips, "bg-chart-n")}
    </div>
  );
}

/** Step three: what would happen, grouped by cause, and the rows themselves. */
export function CheckStep({ item, onBack }: { item: Import; onBack: () => void }) {
  const { start, decide } = useImportActions(item.id);
  const { check } = item;
  if (!check) return <Checking item={item} />;
  const open = check.errors + check.undecided;
  const causes = check.problems.filter((p) => p.state === "error" || p.state === "undecided").length;
  return (
    <div className="flex min-h-0 flex-1">
      <MappingSide item={item} check={check} onBack={onBack} />
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex min-h-0 flex-1 scroll-thin flex-col overflow-y-auto">
          <div className="flex flex-col gap-3 px-4 pt-4 md:px-5">
            <h1 className="flex flex-wrap items-baseline gap-x-2 text-title text-fg">
              {number(check.ready)} of {number(item.rows)} rows are ready
              <span className="text-cell font-normal text-fg-3">
                {open > 0
                  ? `${plural(causes, "decision")} ${causes === 1 ? "settles" : "settle"} the other ${number(open)}`
                  : `${number(check.creates)} new, ${number(check.updates)} updated${check.skips > 0 ? `, ${number(check.skips)} left out` : ""}`}
              </span>
            </h1>
            <Bar check={check} />
            <Problems
              item={item}
              problems={check.problems}
              busy={decide.isPending}
              onDecide={(body) => decide.mutate(body)}
            />
          </div>
          <CheckRows item={item} check={check} />
        </div>
        <footer className="flex shrink-0 flex-wrap items-center gap-3 border-t border-line px-4 py-2.5 md:px-5">
          <Button onClick={onBack}>Back</Button>
          <p className="ml-auto text-meta text-fg-3 max-md:sr-only">
            {open > 0 ? "The rest can be imported later from the same file." : "The whole import can be rolled back."}
          </p>
          <Button
            variant="primary"
            // What is being decided is checked again first.
            disabled={check.ready === 0 || decide.isPending}
            busy={start.isPending && "Starting"}
            onClick={() => start.mutate()}
          >
            Import {number(check.ready)} ready rows
          </Button>
        </footer>
      </div>
    </div>
  );
}

function MappingSide({ item, check, onBack }: { item: Import; check: ImportCheck; onBack: () => void }) {
  const fields = useSuspenseQuery(fieldsQuery(item.object)).data;
  const mapped = item.mapping.filter((m) => m.field);
  return (
    <aside
      aria-label="Mapping"
      className="w-72 shrink-0 scroll-thin overflow-y-auto border-r border-line max-lg:hidden"
    >
      <header className="flex items-center justify-between px-4 py-3">
        <h2 className="text-section text-fg">Mapping</h2>
        <Button variant="link" onClick={onBack}>
          Change
        </Button>
      </header>
      <ul>
        {mapped.map((m) => {
          const column = item.columns.find((c) => c.index === m.column);
          const problem = check.problems.find((p) => p.field === m.field && p.state !== "skip");
          return (
            <li key={m.column} className="flex items-start gap-2 border-t border-line px-4 py-2">
              <div className="min-w-0 flex-1">
                <p className="flex min-w-0 items-center gap-1.5 text-cell">
                  <code className="truncate font-mono text-code">{column?.name}</code> →
                  <span className="truncate font-medium text-fg">
                    {fields.find((f) => f.field === m.field)?.label ?? m.field}
                  </span>
                </p>
                <p
                  className={
                    problem
                      ? problem.state === "error"
                        ? "truncate text-meta text-bad-text"
                        : "truncate text-meta text-warn-text"
                      : "truncate text-meta text-fg-3"
                  }
                >
                  {problem ? problem.message : (column?.samples[0] ?? "")}
                </p>
              </div>
              {!problem ? (
                <Check className="size-4 shrink-0 text-ok" aria-label="fine" />
              ) : problem.state === "error" ? (
                <CircleAlert className="size-4 shrink-0 text-bad" aria-label="blocked" />
              ) : (
                <TriangleAlert className="size-4 shrink-0 text-warn" aria-label="open" />
              )}
            </li>
          );
        })}
      </ul>
    </aside>
  );
}
