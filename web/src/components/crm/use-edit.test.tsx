import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { patch } from "@/api/client";
import { ApiError } from "@/api/problem";
import { failed } from "@/components/ui/toast";
import { useEdit } from "./use-edit";

vi.mock("@/api/client", () => ({ patch: vi.fn(), post: vi.fn() }));
vi.mock("@/components/ui/toast", () => ({ failed: vi.fn(), told: vi.fn() }));
const sent = vi.mocked(patch);

const record = { id: "a1", name: "Isdom", version: 3, phone: "1" };
const refusal = (may_override: boolean) =>
  new ApiError({ title: "Conflict", detail: "this may be Isdom", status: 409, code: "duplicate_found", may_override });

function edit() {
  const client = new QueryClient();
  const { result } = renderHook(() => useEdit<typeof record>("accounts"), {
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  });
  act(() => result.current({ record, label: "Phone", body: { phone: "2" }, next: { phone: "2" } }));
}

beforeEach(() => vi.clearAllMocks());

it("saves knowingly what may be there twice", async () => {
  sent.mockRejectedValueOnce(refusal(true)).mockResolvedValueOnce({ data: record, eventId: null } as never);
  edit();
  await waitFor(() => expect(failed).toHaveBeenCalled());
  const action = vi.mocked(failed).mock.calls[0]?.[2];
  expect(action?.label).toBe("Save anyway");
  act(() => action?.run());
  await waitFor(() => expect(sent).toHaveBeenCalledTimes(2));
  expect(sent.mock.calls[1]?.[1]).toMatchObject({ body: { phone: "2", allow_duplicates: true }, ifMatch: 3 });
});

it("offers nothing where the rule refuses", async () => {
  sent.mockRejectedValueOnce(refusal(false));
  edit();
  await waitFor(() => expect(failed).toHaveBeenCalledWith("Phone was not saved", "this may be Isdom"));
});
