import { describe, expect, it, vi } from "vitest";
import type { FieldValues, UseFormSetError } from "react-hook-form";
import { ApiError } from "@/api/problem";
import { landErrors } from "./form-errors";

function landed(errors: { field: string; message: string }[]) {
  const setError = vi.fn<UseFormSetError<FieldValues>>();
  const problem = { title: "Unprocessable", status: 422, code: "rule_not_met", detail: "in all" };
  landErrors(new ApiError({ ...problem, errors: errors.map((e) => ({ ...e, code: "rule" })) }), ["amount"], setError);
  return setError.mock.calls.map(([field, error]) => [field, error.message]);
}

describe("the server's errors in a form", () => {
  it("land on their fields, and above the form where it has none such", () => {
    expect(landed([{ field: "amount", message: "Too small." }])).toEqual([["amount", "Too small."]]);
    expect(
      landed([
        { field: "amount", message: "Too small." },
        { field: "tags", message: "Tag it." },
      ]),
    ).toEqual([
      ["amount", "Too small."],
      ["root", "Tag it."],
    ]);
    expect(landed([])).toEqual([["root", "in all"]]);
  });
});
