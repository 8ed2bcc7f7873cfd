import { afterEach, describe, expect, it, vi } from "vitest";
import { get, patch, whenSignedOut } from "./client";
import { ApiError } from "./problem";

function answer(body: unknown, init: ResponseInit) {
  const fetch = vi.fn<(request: Request) => Promise<Response>>(() =>
    Promise.resolve(new Response(JSON.stringify(body), init)),
  );
  vi.stubGlobal("fetch", fetch);
  return fetch;
}
const problem = { "content-type": "application/problem+json" };
const sent = (fetch: ReturnType<typeof answer>): Request => {
  const request = fetch.mock.calls[0]?.[0];
  if (!request) throw new Error("nothing was sent");
  return request;
};

afterEach(() => vi.unstubAllGlobals());

// A Request wants an absolute address outside the browser.
vi.mock("openapi-fetch", async (original) => {
  const real = await original<typeof import("openapi-fetch")>();
  return {
    ...real,
    default: (options: object) =>
      real.default({ ...options, baseUrl: "http://localhost/api/v1", fetch: (request) => fetch(request) }),
  };
});

describe("the client", () => {
  it("fills the path, joins lists and leaves out what is empty", async () => {
    const fetch = answer({ items: [] }, { status: 200, headers: { "content-type": "application/json" } });
    await get("/opportunities", { query: { stage_kind: ["open", "won"], q: "", "amount.gte": 5, cursor: undefined } });
    expect(sent(fetch).url).toBe("http://localhost/api/v1/opportunities?stage_kind=open%2Cwon&amount.gte=5");
  });

  it("lets what is saved go on when the page is left, and reads end with it", async () => {
    const fetch = answer({ id: "o1" }, { status: 200, headers: { "content-type": "application/json" } });
    const of = (body: object) => patch("/opportunities/{id}", { path: { id: "o1" }, ifMatch: 1, body });
    await of({ next_step: "Call back" });
    // More than browsers carry on with: it would be refused at once.
    await of({ next_step: "x".repeat(70_000) });
    await get("/opportunities", {});
    expect(fetch.mock.calls.map(([request]) => request.keepalive)).toEqual([true, false, false]);
  });

  it("sends the version it was made against, and gives back the event to undo", async () => {
    const fetch = answer(
      { id: "o1" },
      { status: 200, headers: { "content-type": "application/json", "X-Event-Id": "e1" } },
    );
    const { data, eventId } = await patch("/opportunities/{id}", {
      path: { id: "o1" },
      body: { name: "x" },
      ifMatch: 7,
    });
    expect(sent(fetch).headers.get("If-Match")).toBe('"7"');
    expect(data).toEqual({ id: "o1" });
    expect(eventId).toBe("e1");
  });

  it("throws the server's problem, with its fields and its request id", async () => {
    answer(
      {
        title: "Invalid",
        status: 422,
        code: "gate_not_cleared",
        errors: [{ field: "lost_reason_id", code: "required", message: "Say why" }],
        request_id: "r1",
      },
      { status: 422, headers: problem },
    );
    const error = await get("/me").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: "gate_not_cleared", requestId: "r1", fields: [{ field: "lost_reason_id" }] });
  });

  it("says when the session has ended, but not for the question who one is", async () => {
    const left = vi.fn();
    whenSignedOut(left);
    answer({ title: "Sign in", status: 401, code: "unauthenticated" }, { status: 401, headers: problem });
    await expect(get("/me")).rejects.toThrow();
    expect(left).not.toHaveBeenCalled();
    await expect(get("/tasks")).rejects.toThrow();
    expect(left).toHaveBeenCalledOnce();
  });
});
