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

/** What the server said of custom fields, by `custom.<key>`. */
export const customErrorsOf = (error: unknown): Record<string, string> =>
  Object.fromEntries(
    (error instanceof ApiError ? error.fields : [])
      .filter((f) => f.field.startsWith("custom."))
      .map((f) => [f.field, f.message]),
  );
