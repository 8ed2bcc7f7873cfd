import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, X } from "lucide-react";
import type { WebFormField } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input, Select } from "@/components/ui/input";
import { askableQuery } from "./queries";

/** What a form asks, in its order. */
export function Asked(props: {
  fields: WebFormField[];
  onChange: (fields: WebFormField[]) => void;
  error: string | undefined;
}) {
  const { fields, onChange, error } = props;
  const known = useQuery(askableQuery()).data ?? [];
  const left = known.filter((k) => !fields.some((f) => f.field === k.field));
  const nameOf = (field: string) => known.find((k) => k.field === field)?.label ?? field;
  const set = (at: number, change: Partial<WebFormField>) =>
    onChange(fields.map((f, i) => (i === at ? { ...f, ...change } : f)));
  const move = (at: number, by: number) => {
    const next = [...fields];
    const [moved] = next.splice(at, 1);
    if (moved) next.splice(at + by, 0, moved);
    onChange(next);
  };
  return (
    <fieldset>
      <legend className="mb-1 text-meta font-medium text-fg-2">What it asks</legend>
      <ol>
        {fields.map((f, at) => (
          <li key={f.field} className="flex flex-wrap items-center gap-2 border-b border-line py-1.5 text-cell">
            <span className="min-w-0 flex-1 basis-32 truncate text-fg">{nameOf(f.field)}</span>
            <Input
              aria-label={`What the form calls ${nameOf(f.field)}`}
              placeholder={nameOf(f.field)}
              value={f.label ?? ""}
              maxLength={200}
              className="basis-44"
              onChange={(e) => set(at, { label: e.target.value === "" ? null : e.target.value })}
            />
            <label className="flex items-center gap-1.5 text-meta text-fg-2 max-md:min-h-11">
              <Checkbox
                checked={f.required ?? false}
                onCheckedChange={(on) => set(at, { required: on === true })}
                aria-label={`${nameOf(f.field)} is required`}
              />
              Required
            </label>
            <span className="flex">
              <Button
                type="button"
                variant="quiet"
                size="icon"
                disabled={at === 0}
                aria-label={`Move ${nameOf(f.field)} up`}
                onClick={() => move(at, -1)}
              >
                <ArrowUp />
              </Button>
              <Button
                type="button"
                variant="quiet"
                size="icon"
                disabled={at === fields.length - 1}
                aria-label={`Move ${nameOf(f.field)} down`}
                onClick={() => move(at, 1)}
              >
                <ArrowDown />
              </Button>
              <Button
                type="button"
                variant="quiet"
                size="icon"
                aria-label={`Do not ask for ${nameOf(f.field)}`}
                onClick={() => onChange(fields.filter((_, i) => i !== at))}
              >
                <X />
              </Button>
            </span>
          </li>
        ))}
      </ol>
      {error && (
        <p role="alert" className="mt-1 text-meta text-bad-text">
          {error}
        </p>
      )}
      {left.length > 0 && (
        <Select
          aria-label="Ask for more"
          value=""
          className="mt-2 max-w-xs"
          onChange={(e) => onChange([...fields, { field: e.target.value, label: null, required: false }])}
        >
          <option value="">Ask for more</option>
          {left.map((k) => (
            <option key={k.field} value={k.field}>
              {k.label}
            </option>
          ))}
        </Select>
      )}
    </fieldset>
  );
}
