import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";
import { get } from "@/api/client";
import { ApiError } from "@/api/problem";
import { meQuery } from "@/api/shared";
import type { LiveChange, Opportunity } from "@/api/types";
import { opportunity } from "@/test/records";
import { gone, held, marks, unsaved } from "./marks";
import { catchUp, receive } from "./receive";

vi.mock("@/api/client", () => ({ get: vi.fn() }));
const asked = vi.mocked(get) as unknown as ReturnType<typeof vi.fn<(path: string) => Promise<unknown>>>;
const ANNA = { id: "u2", name: "Anna Berg" };
const detail = ["opportunities", "detail", "o1"];
const list = ["opportunities", "list", {}];

function opened() {
  const client = new QueryClient();
  client.setQueryData(meQuery().queryKey, { user: { id: "me" } } as never);
  client.setQueryData(detail, opportunity({ version: 1, next_step: "Call" }));
  client.setQueryData(list, { pages: [{ items: [opportunity({ version: 1 })] }], pageParams: [null] });
  return { client, read: () => client.getQueryData<Opportunity>(detail) };
}
const change = (more: Partial<LiveChange> = {}): LiveChange => ({
  type: "opportunity",
  id: "o1",
  version: 2,
  event: "opportunity.updated",
  actor: ANNA,
  ...more,
});
const answers = (now: Partial<Opportunity>, events: unknown[] = []) =>
  asked.mockImplementation((path: string) =>
    Promise.resolve(path.endsWith("timeline") ? { items: events } : opportunity({ version: 2, ...now })),
  );

beforeEach(() => {
  asked.mockReset();
  marks.set({});
  gone.set({});
  unsaved.clear();
});

it("changes the fields that somebody changed, and says who, on the page and in the list", async () => {
  const { client, read } = opened();
  answers({ next_step: "Meet" });
  await receive(client, [change()]);
  expect(read()).toMatchObject({ version: 2, next_step: "Meet" });
  expect(client.getQueryData(list)).toMatchObject({ pages: [{ items: [{ version: 2, next_step: "Meet" }] }] });
  expect(marks.get()).toEqual({ o1: { next_step: { who: ANNA, own: false, fresh: true } } });
  // Of one person's changes nobody's history is read.
  expect(asked).toHaveBeenCalledTimes(1);
});

it("reads nothing anew for what this page has saved itself, and leaves alone what it is saving", async () => {
  const { client, read } = opened();
  await receive(client, [change({ version: 1, actor: { id: "me", name: "Me" } })]);
  expect(asked).not.toHaveBeenCalled();
  unsaved.set("o1", ["next_step"]);
  answers({ next_step: "Older", name: "New name" });
  await receive(client, [change()]);
  expect(read()).toMatchObject({ name: "New name", next_step: "Call" });
});

it("asks history who changed which field when several did", async () => {
  const { client } = opened();
  const by = (id: string, field: string) => ({ actor: { id, name: id }, changes: [{ field }] });
  answers({ next_step: "Meet", close_date: "2027-01-01" }, [by("u3", "close_date"), by("u2", "next_step")]);
  await receive(client, [change(), change({ actor: { id: "u3", name: "u3" } })]);
  expect(marks.get().o1).toMatchObject({ next_step: { who: { id: "u2" } }, close_date: { who: { id: "u3" } } });
});

it("keeps a page whose record is deleted or out of sight, and takes its row away once nobody types there", async () => {
  vi.useFakeTimers();
  const { client, read } = opened();
  held.set("o1");
  await receive(client, [change({ event: "opportunity.deleted" })]);
  expect(gone.get()).toEqual({ o1: { how: "deleted", who: ANNA } });
  await vi.advanceTimersByTimeAsync(1000);
  expect(client.getQueryData(list)).toMatchObject({ pages: [{ items: [{ id: "o1" }] }] });
  held.set(null);
  await vi.advanceTimersByTimeAsync(1000);
  expect(client.getQueryData(list)).toMatchObject({ pages: [{ items: [] }] });
  expect(read()).toBeDefined();

  gone.set({});
  asked.mockRejectedValue(new ApiError({ title: "Not found", status: 404, code: "not_found" }));
  await receive(client, [change({ version: 3 })]);
  expect(gone.get()).toEqual({ o1: { how: "access", who: null } });
  // What is restored is there again.
  answers({ version: 4 });
  await receive(client, [change({ version: 4, event: "opportunity.restored" })]);
  expect(gone.get()).toEqual({});
  vi.useRealTimers();
});

it("reads the list once, not each record, after a burst", async () => {
  const { client } = opened();
  const ids = Array.from({ length: 200 }, (_, n) => `o${n}`);
  client.setQueryData(list, {
    pages: [{ items: ids.map((id) => opportunity({ id, version: 1 })) }],
    pageParams: [null],
  });
  answers({});
  await receive(
    client,
    ids.map((id) => change({ id })),
  );
  // The one whose page is open is read by itself.
  expect(asked.mock.calls.map(([path]) => path)).toEqual(["/opportunities/{id}"]);
  expect(client.getQueryState(list)?.isInvalidated).toBe(true);
});

it("catches up field by field after a gap, with who did it", async () => {
  const { client, read } = opened();
  const stop = new QueryObserver(client, { queryKey: detail, queryFn: () => read(), staleTime: Infinity }).subscribe(
    () => undefined,
  );
  answers({ next_step: "Meet" }, [{ actor: ANNA, changes: [{ field: "next_step" }] }]);
  await catchUp(client);
  expect(read()?.next_step).toBe("Meet");
  expect(marks.get().o1?.next_step?.who).toEqual(ANNA);
  stop();
});
