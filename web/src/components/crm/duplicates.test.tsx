import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { post } from "@/api/client";
import { ApiError } from "@/api/problem";
import type { DuplicateAnswer } from "@/api/types";
import { useDuplicates } from "./duplicates";

vi.mock("@/api/client", () => ({ post: vi.fn() }));
const candidates = [{ object: "account", id: "a1", name: "Isdom", score: 97, reasons: [] }];

function typing(name: string) {
  const client = new QueryClient();
  return renderHook(({ name }) => useDuplicates("account", { name }), {
    initialProps: { name },
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  });
}
const answers = (on_create: DuplicateAnswer) =>
  vi.mocked(post).mockResolvedValue({ data: { on_create, candidates }, eventId: null } as never);

it("lets pass what was seen, and not what was typed since", async () => {
  answers("warn");
  const { result, rerender } = typing("Isdom");
  await waitFor(() => expect(result.current.anyway).toBe(true));
  rerender({ name: "Isdom GmbH" });
  expect(result.current).toMatchObject({ anyway: false, found: candidates });
  await waitFor(() => expect(result.current.anyway).toBe(true));
});

it.each(["report", "block"] as const)("offers nothing beside when the rule says %s", async (answer) => {
  answers(answer);
  const { result } = typing("Isdom");
  await waitFor(() => expect(result.current.found).toEqual(candidates));
  expect(result.current).toMatchObject({ anyway: false, blocked: answer === "block" });
});

it("shows what the server found when too little was typed to ask", () => {
  const { result, rerender } = typing("Is");
  const problem = { title: "Conflict", status: 409, code: "duplicate_found", duplicates: candidates };
  act(() => result.current.refused(new ApiError({ ...problem, may_override: true })));
  expect(result.current).toMatchObject({ anyway: true, found: candidates });
  rerender({ name: "It" });
  expect(result.current).toMatchObject({ anyway: false, found: [] });
});
