import { useState } from "react";
import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { ApiError, sentence } from "@/api/problem";

/** Puts the server's field errors on their inputs; what belongs to none of them stands above the form. */
export function landErrors<V extends FieldValues>(
  error: unknown,
  known: readonly string[],
  setError: UseFormSetError<V>,
): void {
  const fields = error instanceof ApiError ? error.fields : [];
  for (const field of fields) {
    if (known.includes(field.field))
      setError(field.field as Path<V>, { message: field.message }, { shouldFocus: true });
  }
  const elsewhere = fields.filter((f) => !known.includes(f.field)).map((f) => f.message);
  if (elsewhere.length > 0) setError("root", { message: elsewhere.join(" ") });
  else if (fields.length === 0) setError("root", { message: sentence(error) });
}

/**
 * What is wrong with a form that holds its own values: on the inputs, and above them what belongs to none. `names` has the
 * server's names of the fields, as the form has them.
 */
export function useLanding<K extends string>(names: Readonly<Record<string, K>>) {
  const [errors, setErrors] = useState<Partial<Record<K, string>>>({});
  const [above, setAbove] = useState<string | null>(null);
  return {
    errors,
    above,
    /** Says what the form itself finds wrong; true when it is nothing. */
    check: (wrong: Partial<Record<K, string>>): boolean => {
      setErrors(wrong);
      setAbove(null);
      return Object.keys(wrong).length === 0;
    },
    /** Says what the server finds wrong. */
    land: (error: unknown): void => {
      const fields = error instanceof ApiError ? error.fields : [];
      const landed: Partial<Record<K, string>> = {};
      const elsewhere: string[] = [];
      for (const { field, message } of fields) {
        const name = names[field];
        if (name) landed[name] = message;
        else elsewhere.push(message);
      }
      setErrors(landed);
      setAbove(fields.length === 0 ? sentence(error) : elsewhere.join(" ") || null);
    },
  };
}
