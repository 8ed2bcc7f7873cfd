import { afterEach, expect, test, vi } from "vitest";
import { giveUp, pause, resume, send, sendings } from "./sending";

vi.mock("@/api/client", () => ({
  BASE: "/api/v1",
  post: () => Promise.resolve({ data: { id: "u1", offset: 0 }, eventId: null }),
  remove: () => Promise.resolve({}),
}));

const MB = 1024 * 1024;
const TARGET = { object: "account", id: "a1" } as const;

/** A server that takes what it is sent, and breaks off when it is told to. */
function server(size: number, breaks: (at: number) => boolean) {
  let at = 0;
  const seen: string[] = [];
  vi.stubGlobal("fetch", (_: string, init: { method: string; headers?: Record<string, string>; body?: Blob }) => {
    seen.push(`${init.method} ${at / MB}`);
    if (init.method === "PATCH") {
      expect(init.headers?.["Upload-Offset"]).toBe(String(at));
      if (breaks(at)) return Promise.reject(new TypeError("network"));
      at += init.body?.size ?? 0;
    }
    const headers = { "Upload-Offset": String(at), ...(at === size ? { "X-Event-Id": "e1" } : {}) };
    return Promise.resolve(new Response(null, { headers }));
  });
  return seen;
}

afterEach(() => {
  sendings.get().forEach((s) => giveUp(s.key));
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const file = (mb: number) => new File([new Uint8Array(mb * MB)], "plan.pdf");

test("a file is sent in pieces, goes on after a break, and says when it is there", async () => {
  vi.useFakeTimers();
  let broken = false;
  const seen = server(5 * MB, (at) => {
    const now = at > 0 && !broken;
    broken ||= now;
    return now;
  });
  const done = vi.fn();
  send([file(5)], TARGET, done);
  expect(sendings.get()[0]).toMatchObject({ place: "account:a1", size: 5 * MB, state: "sending" });
  await vi.advanceTimersByTimeAsync(1_500);
  expect(done).toHaveBeenCalledExactlyOnceWith("plan.pdf", "e1");
  expect(seen).toEqual(["PATCH 0", "PATCH 2", "HEAD 2", "PATCH 2", "PATCH 4"]);
  expect(sendings.get()).toEqual([]);
});

test("one that is paused waits, and goes on from where the server is", async () => {
  const seen = server(3 * MB, () => false);
  const done = vi.fn();
  send([file(3)], TARGET, done);
  const key = sendings.get()[0]?.key ?? 0;
  pause(key);
  expect(sendings.get()[0]?.state).toBe("paused");
  resume(key);
  await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(1));
  expect(seen.filter((s) => s.startsWith("PATCH")).length).toBeGreaterThan(1);
});

test("one that another page had begun goes on from where the server is", async () => {
  localStorage.setItem(
    "dealwright.uploads",
    JSON.stringify([
      { upload: "old", place: "account:a1", name: "plan.pdf", size: 3 * MB, modified: 7, begun: Date.now() - 60_000 },
      { upload: "dead", place: "account:a1", name: "plan.pdf", size: 3 * MB, modified: 8, begun: 0 },
    ]),
  );
  vi.resetModules();
  const fresh = await import("./sending");
  const { begunBefore } = await import("./interrupted");
  const seen: string[] = [];
  vi.stubGlobal("fetch", (url: string, init: { method: string; body?: Blob }) => {
    seen.push(`${init.method} ${url.split("/").at(-1) ?? ""}`);
    const at = init.method === "HEAD" ? 2 * MB : 3 * MB;
    return Promise.resolve(new Response(null, { headers: { "Upload-Offset": String(at) } }));
  });
  const again = new File([new Uint8Array(3 * MB)], "plan.pdf", { lastModified: 7 });
  const done = vi.fn();
  fresh.send([again], TARGET, done);
  await vi.waitFor(() => expect(done).toHaveBeenCalled());
  expect(seen).toEqual(["HEAD old", "PATCH old"]);
  expect(localStorage.getItem("dealwright.uploads")).toBeNull();
  expect(begunBefore("account:a1", { name: "plan.pdf", size: 3 * MB, lastModified: 8 })).toBeUndefined();
});
