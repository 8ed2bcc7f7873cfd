import { useSuspenseQuery } from "@tanstack/react-query";
import { ArrowRight, Check, TriangleAlert } from "lucide-react";
import type { Import, ImportColumn } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { bytes, number, plural } from "@/lib/format";
import { useImportActions } from "./actions";
import { fieldsQuery, OBJECTS } from "./queries";
import { TemplatePick } from "./template-pick";

/** Step two: which column is which field. Suggestions are there already; a person corrects them. */
export function MapStep({ item, onChecked }: { item: Import; onChecked: () => void }) {
  const fields = useSuspenseQuery(fieldsQuery(item.object)).data;
  const { change, check } = useImportActions(item.id);
  const chosen = new Map(item.mapping.map((m) => [m.column, m.field]));
  const taken = new Set([...chosen.values()].filter((f): f is string => f !== null));
  const missing = fields.filter((f) => f.required && !taken.has(f.field));
  const set = (column: number, field: string | null) =>
    change.mutate({
      mapping: item.columns.map((c) => ({
        column: c.index,
        // A field takes one column: choosing it here frees it there.
        field: c.index === column ? field : chosen.get(c.index) === field ? null : (chosen.get(c.index) ?? null),
      })),
    });
  const option = (name: string, value: string | null) => change.mutate({ options: { ...item.options, [name]: value } });
  return (
    <>
      <div className="min-h-0 flex-1 scroll-thin overflow-y-auto px-4 py-4 md:px-5">
        <h1 className="text-title text-fg">What is in {item.filename}?</h1>
        <p className="mt-0.5 text-cell text-fg-3">
          {plural(item.rows, "row")}, {plural(item.columns.length, "column")}, {bytes(item.size)}
          {item.encoding && `, ${item.encoding}`}
        </p>
        <div className="mt-4 flex max-w-3xl flex-wrap items-end gap-3">
          <TemplatePick item={item} onPick={(id) => change.mutate({ template_id: id })} />
          <Field label="The rows are" className="w-44">
            {(w) => (
              <Select {...w} value={item.object} onChange={(e) => change.mutate({ object: e.target.value })}>
                {OBJECTS.map((o) => (
                  <option key={o.id} value={o.id}>
                    {o.label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Dates are written" className="w-44">
            {(w) => (
              <Select
                {...w}
                value={item.options.date_order ?? ""}
                onChange={(e) => option("date_order", e.target.value || null)}
              >
                <option value="">As found</option>
                <option value="ymd">Year, month, day</option>
                <option value="dmy">Day, month, year</option>
                <option value="mdy">Month, day, year</option>
              </Select>
            )}
          </Field>
          <Field label="When a row is there already" className="w-52">
            {(w) => (
              <Select
                {...w}
                value={item.options.on_match ?? "update"}
                onChange={(e) => option("on_match", e.target.value)}
              >
                <option value="update">Update it</option>
                <option value="skip">Leave it as it is</option>
              </Select>
            )}
          </Field>
          {item.object === "activity" && (
            <Field label="Rows that don’t say what they were" className="w-60">
              {(w) => (
                <Select
                  {...w}
                  value={item.options.activity_kind ?? ""}
                  onChange={(e) => option("activity_kind", e.target.value || null)}
                >
                  <option value="">As the columns suggest</option>
                  <option value="note">Notes</option>
                  <option value="call">Calls</option>
                  <option value="email">E-mails</option>
                  <option value="meeting">Meetings</option>
                </Select>
              )}
            </Field>
          )}
          {item.object === "lead" && (
            <Field label="Owners that the file does not name" className="w-60">
              {(w) => (
                <Select
                  {...w}
                  value={item.options.assign ? "rules" : "me"}
                  onChange={(e) => change.mutate({ options: { ...item.options, assign: e.target.value === "rules" } })}
                >
                  <option value="me">Who imports</option>
                  <option value="rules">By the assignment rules</option>
                </Select>
              )}
            </Field>
          )}
        </div>
        <ul className="mt-4 max-w-3xl divide-y divide-line rounded-xl border border-line-strong">
          {item.columns.map((column) => (
            <li
              key={column.index}
              className="grid items-center gap-x-3 gap-y-1 px-4 py-2 md:grid-cols-[minmax(0,1fr)_16px_200px_20px]"
            >
              <ColumnWords column={column} />
              <ArrowRight className="size-3.5 text-fg-3 max-md:hidden" aria-hidden />
              <Select
                aria-label={`Field for ${column.name}`}
                value={chosen.get(column.index) ?? ""}
                onChange={(e) => set(column.index, e.target.value || null)}
              >
                <option value="">Leave out</option>
                {fields.map((f) => (
                  <option key={f.field} value={f.field}>
                    {f.label}
                    {f.required ? " (required)" : ""}
                  </option>
                ))}
              </Select>
              {chosen.get(column.index) ? (
                <Check className="size-4 text-ok max-md:hidden" aria-label="mapped" />
              ) : (
                <span />
              )}
            </li>
          ))}
        </ul>
      </div>
      <footer className="flex shrink-0 flex-wrap items-center justify-end gap-3 border-t border-line px-4 py-2.5 md:px-5">
        {missing.length > 0 && (
          <p role="status" className="flex items-center gap-1.5 text-cell text-warn-text">
            <TriangleAlert className="size-3.5" aria-hidden /> {missing.map((f) => f.label).join(", ")} has no column
            yet
          </p>
        )}
        <Button
          variant="primary"
          disabled={missing.length > 0}
          busy={(check.isPending || change.isPending) && "Saving"}
          onClick={() => check.mutate(undefined, { onSuccess: onChecked })}
        >
          Check {number(item.rows)} rows
        </Button>
      </footer>
    </>
  );
}

function ColumnWords({ column }: { column: ImportColumn }) {
  return (
    <div className="min-w-0">
      <p className="truncate font-mono text-code text-fg">{column.name}</p>
      <p className="truncate text-meta text-fg-3">
        {column.samples.slice(0, 3).join(", ") || "no values"}
        {column.empty > 0 && ` · ${number(column.empty)} empty`}
      </p>
    </div>
  );
}
