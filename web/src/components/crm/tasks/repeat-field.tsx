import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { useState, type ReactNode } from "react";
import { REPEATS, repeatWords } from "./repeat";

const OWN = "own";

/** How it comes round: one of the usual ways, or a rule of one's own. */
export function RepeatField(props: {
  value: string;
  error?: string | undefined;
  hint?: ReactNode;
  onChange: (rule: string) => void;
}) {
  const usual = REPEATS.some(([rule]) => rule === props.value);
  const [own, setOwn] = useState(!usual);
  const choose = (choice: string) => {
    setOwn(choice === OWN);
    props.onChange(choice === OWN ? props.value || "FREQ=WEEKLY;BYDAY=MO,TH" : choice);
  };
  return (
    <>
      <Field label="Repeats" error={own ? undefined : props.error} hint={props.hint}>
        {(w) => (
          <Select {...w} value={own ? OWN : props.value} onChange={(e) => choose(e.target.value)}>
            {REPEATS.map(([rule, label]) => (
              <option key={rule} value={rule}>
                {label}
              </option>
            ))}
            <option value={OWN}>By a rule of its own</option>
          </Select>
        )}
      </Field>
      {own && (
        <Field label="Rule" error={props.error} hint={repeatWords(props.value)} className="sm:col-span-2">
          {(w) => (
            <Input {...w} value={props.value} maxLength={300} onChange={(e) => props.onChange(e.target.value.trim())} />
          )}
        </Field>
      )}
    </>
  );
}
