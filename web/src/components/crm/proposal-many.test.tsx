import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { post } from "@/api/client";
import { ApiError } from "@/api/problem";
import { told } from "@/components/ui/toast";
import { proposal } from "@/test/records";
import { decidable, undoable, useMany } from "./proposal-many";

vi.mock("@/api/client", () => ({ post: vi.fn() }));
vi.mock("@/components/ui/toast", () => ({ told: vi.fn(), failed: vi.fn() }));

const approved = (id: string, decided_at: string) =>
  proposal({ id, status: "approved", event_id: `e-${id}`, decided_at, target: { type: "opportunity", id, name: id } });

function many() {
  const client = new QueryClient();
  return renderHook(() => useMany(), {
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  }).result;
}

it("knows what can be decided and what can be taken back, the latest first", () => {
  const [one, two] = [approved("a", "2026-01-01T10:00:00Z"), approved("b", "2026-01-01T11:00:00Z")];
  const gone = { ...one, id: "c", undone_at: "2026-01-02T00:00:00Z" };
  expect(undoable([one, two, gone, proposal()]).map((p) => p.id)).toEqual(["b", "a"]);
  expect([decidable(proposal()), decidable(proposal({ approval_id: "x" })), decidable(one)]).toEqual([
    true,
    false,
    false,
  ]);
});

it("each goes by its own call with the diff that was seen; what did not go through says why", async () => {
  const stale = new ApiError({ title: "Conflict", status: 409, code: "proposal_stale" });
  vi.mocked(post)
    .mockResolvedValueOnce({ data: proposal({ id: "a", status: "approved" }), eventId: null } as never)
    .mockRejectedValueOnce(stale);
  const result = many();
  await act(() =>
    result.current.run("approve", [proposal({ id: "a", diff_hash: "h1" }), proposal({ id: "b", diff_hash: "h2" })]),
  );
  expect(vi.mocked(post).mock.calls.map(([path, init]) => [path, init])).toMatchObject([
    ["/proposals/{id}/approval", { path: { id: "a" }, body: { diff_hash: "h1" } }],
    ["/proposals/{id}/approval", { path: { id: "b" }, body: { diff_hash: "h2" } }],
  ]);
  expect(result.current.work).toMatchObject({
    over: true,
    outcomes: [{ done: true }, { done: false, note: "The record changed since it was proposed." }],
  });
  act(() => result.current.forget());
  expect(result.current.work).toBeNull();
});

it("when all went through a word is enough, with the way back", async () => {
  vi.mocked(post).mockResolvedValueOnce({ data: approved("a", "2026-01-01T10:00:00Z"), eventId: "e-a" } as never);
  const result = many();
  await act(() => result.current.run("approve", [proposal({ id: "a" })]));
  expect(result.current.work).toBeNull();
  expect(told).toHaveBeenCalledWith("1 proposal approved", expect.objectContaining({ label: "Undo" }));
});

it("undoing goes on after one that can't be undone, and tells what stayed", async () => {
  vi.mocked(post)
    .mockRejectedValueOnce(new ApiError({ title: "It has changed since.", status: 409, code: "changed" }))
    .mockResolvedValueOnce({ data: { restored: [], kept: [{ field: "amount" }] }, eventId: null } as never)
    .mockRejectedValueOnce(new ApiError({ title: "Gone", status: 409, code: "already_undone" }));
  const result = many();
  const three = ["a", "b", "c"].map((id) => approved(id, "2026-01-01T10:00:00Z"));
  await act(() => result.current.run("undo", three));
  expect(result.current.work?.outcomes.map(({ done, note }) => [done, note])).toEqual([
    [false, "It has changed since."],
    [true, "but for amount: changed since"],
    [true, "it was undone before"],
  ]);
});
