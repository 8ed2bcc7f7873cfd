/** What a new record is asked: its fields, what is wrong with what was typed, and what is sent. */
import type { OptionKind, Ref } from "@/api/types";
import { parseAmount, parseTags } from "@/lib/parse";

export interface NewField {
  /** As the API has it. */
  name: string;
  label: string;
  kind:
    | "text"
    | "email"
    | "tel"
    | "long"
    | "money"
    | "date"
    | "option"
    | "choice"
    | "user"
    | "account"
    | "contact"
    | "tags";
  /** Of an `option`. */
  options?: OptionKind;
  /** Of a `choice`. */
  choices?: { value: string; label: string; group?: string }[];
  /** What is said when it is empty. */
  required?: string;
  /** Over both columns. */
  wide?: boolean;
  /** Among the further fields, until something asks for it. */
  more?: boolean;
  placeholder?: string;
}

/** A text of every kind of field but the references. */
export type NewValues = Record<string, string | Ref | null>;

export const textOf = (values: NewValues, name: string): string => {
  const value = values[name];
  return typeof value === "string" ? value : "";
};

const isEmpty = (value: string | Ref | null | undefined): boolean =>
  value == null || (typeof value === "string" && value.trim() === "");

/** What the form can tell is wrong before it is sent. `asked` says which fields something else asks for, and why. */
export function checkNew(fields: NewField[], values: NewValues, asked: Record<string, string>): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const { name, kind, required } of fields) {
    const value = values[name];
    const why = required ?? asked[name];
    if (isEmpty(value)) {
      if (why) wrong[name] = why;
    } else if (kind === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(textOf(values, name).trim())) {
      wrong[name] = "Enter an e-mail address.";
    } else if (kind === "money" && parseAmount(textOf(values, name)) === null) {
      wrong[name] = "Enter an amount, like 50,000 or 50k.";
    }
  }
  return wrong;
}

/** What was typed, as the API takes it; what is empty is left out. */
export function bodyOfNew(fields: NewField[], values: NewValues, currency: string): Record<string, unknown> {
  const said = fields.filter(({ name }) => !isEmpty(values[name]));
  return Object.fromEntries(
    said.map(({ name, kind }): [string, unknown] => {
      const value = values[name];
      if (value !== null && typeof value === "object") return [name, value.id];
      const text = textOf(values, name).trim();
      if (kind === "money") return [name, { amount: parseAmount(text) ?? text, currency }];
      return [name, kind === "tags" ? parseTags(text) : text];
    }),
  );
}
