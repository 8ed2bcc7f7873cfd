import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ChoiceList } from "@/components/ui/combobox";
import { Input } from "@/components/ui/input";
import { RefList } from "@/components/crm/pickers";
import { parseAmount } from "@/lib/parse";
import { DATE_WORDS, useFilterChoices, type FilterDef } from "./filters";
import type { Op } from "./search";

interface ValueProps {
  def: FilterDef;
  op: Op;
  values: string[];
  onChange: (values: string[], done: boolean) => void;
}

/** The editor of a chip's value, inside its popover. */
export function FilterValue(props: ValueProps) {
  const { def, values, onChange } = props;
  const choices = useFilterChoices();
  if (def.kind === "choice") {
    return (
      <ChoiceList
        choices={choices(def)}
        selected={values}
        placeholder={`Choose ${def.label.toLowerCase()}`}
        onPick={(c) =>
          onChange(values.includes(c.value) ? values.filter((v) => v !== c.value) : [...values, c.value], false)
        }
      />
    );
  }
  if (props.op === "between") return <Ends {...props} />;
  if (def.kind === "account" || def.kind === "contact") {
    return <RefList kind={def.kind} value={null} onPick={(ref) => ref && onChange([ref.id], true)} />;
  }
  if (def.kind === "date") return <DateValue {...props} />;
  return <TypedValue {...props} />;
}

function DateValue({ op, values, onChange }: ValueProps) {
  const words = Object.entries(DATE_WORDS).filter(([key]) =>
    op === "is" || op === "not" ? !/^[+-]/.test(key) : !/_/.test(key),
  );
  const exact = values[0] && /^\d/.test(values[0]) ? values[0] : "";
  return (
    <div className="max-h-80 scroll-thin overflow-y-auto p-1">
      {words.map(([value, label]) => (
        <button
          key={value}
          type="button"
          aria-pressed={values[0] === value}
          onClick={() => onChange([value], true)}
          className="flex min-h-[30px] w-full items-center rounded-md px-2 text-left text-cell first-letter:uppercase hover:bg-muted aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
        >
          {label}
        </button>
      ))}
      <div className="border-t border-line p-2">
        <Input
          type="date"
          aria-label="A day"
          defaultValue={exact}
          onChange={(e) => e.target.value && onChange([e.target.value], false)}
        />
      </div>
    </div>
  );
}

function TypedValue({ def, values, onChange }: ValueProps) {
  const [text, setText] = useState(values[0] ?? "");
  const [error, setError] = useState("");
  const words = def.kind === "text" || def.kind === "words";
  const save = () => {
    const read = words ? text.trim() : parseAmount(text);
    if (!read) {
      setError(words ? "Type what to look for." : "Type a number, like 50,000 or 50k.");
      return;
    }
    onChange([read], true);
  };
  return (
    <form
      className="flex flex-col gap-2 p-2"
      onSubmit={(e) => {
        e.preventDefault();
        save();
      }}
    >
      <Input
        autoFocus
        aria-label={def.label}
        aria-invalid={error ? true : undefined}
        value={text}
        onChange={(e) => setText(e.target.value)}
        inputMode={words ? "text" : "decimal"}
      />
      {error && (
        <p role="alert" className="text-meta text-bad-text">
          {error}
        </p>
      )}
      <Button type="submit" size="card" variant="primary">
        Apply
      </Button>
    </form>
  );
}

/** From one to the other, both included. */
function Ends({ def, values, onChange }: ValueProps) {
  const dates = def.kind === "date";
  const [ends, setEnds] = useState<[string, string]>([values[0] ?? "", values[1] ?? ""]);
  const [error, setError] = useState("");
  const save = () => {
    const read = ends.map((end) => (dates ? end : parseAmount(end)));
    const [from, to] = read;
    if (!from || !to) setError(dates ? "Choose both days." : "Type two numbers, like 10k and 20k.");
    else onChange([from, to], true);
  };
  return (
    <form
      className="flex flex-col gap-2 p-2"
      onSubmit={(e) => {
        e.preventDefault();
        save();
      }}
    >
      {(["From", "To"] as const).map((label, n) => (
        <Input
          key={label}
          autoFocus={n === 0}
          aria-label={label}
          placeholder={label}
          type={dates ? "date" : "text"}
          inputMode={dates ? undefined : "decimal"}
          value={/^\d/.test(ends[n] ?? "") || !dates ? ends[n] : ""}
          aria-invalid={error ? true : undefined}
          onChange={(e) => setEnds(n === 0 ? [e.target.value, ends[1]] : [ends[0], e.target.value])}
        />
      ))}
      {error && (
        <p role="alert" className="text-meta text-bad-text">
          {error}
        </p>
      )}
      <Button type="submit" size="card" variant="primary">
        Apply
      </Button>
    </form>
  );
}
