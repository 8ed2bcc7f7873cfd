import { act, renderHook } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { FieldValues, UseFormSetError } from "react-hook-form";
import { ApiError } from "@/api/problem";
import { landErrors, useLanding } from "./form-errors";

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

it("lands errors on a form that holds its own values, and clears them", () => {
  const { result } = renderHook(() => useLanding({ role_id: "role" }));
  const errors = [
    { field: "role_id", code: "unknown_reference", message: "There is no such role." },
    { field: "contact_id", code: "too_many", message: "Too many." },
  ];
  act(() => result.current.land(new ApiError({ title: "Invalid", status: 422, code: "invalid", errors })));
  expect(result.current).toMatchObject({ errors: { role: "There is no such role." }, above: "Too many." });
  act(() => result.current.land(new Error("The server can’t be reached.")));
  expect(result.current).toMatchObject({ errors: {}, above: "The server can’t be reached." });
  act(() => void result.current.check({}));
  expect(result.current.above).toBeNull();
});
