/**
 * The one way to the server. `get` answers with the body; `send` also with the id of the event that an undo needs.
 * Anything but 2xx throws an ApiError, so queries and mutations fail by themselves.
 */
import createClient from "openapi-fetch";
import { BASE, type Answered, type Args, type Method, type PathWith, type QueryValue } from "./endpoints";
import { ApiError, readProblem } from "./problem";

export { BASE };

/** What is known of any request, whatever its path: the typed functions below let in no more than the path takes. */
interface AnyInit {
  path?: object;
  query?: Record<string, QueryValue>;
  body?: unknown;
  ifMatch?: number;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

interface Sent<T> {
  data: T;
  eventId: string | null;
}

const client = createClient<Record<string, Record<Method, object>>>({ baseUrl: BASE, querySerializer: serialise });

function serialise(asked: unknown): string {
  const query = asked as Record<string, QueryValue>;
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    out.set(key, Array.isArray(value) ? value.join(",") : String(value));
  }
  return out.toString();
}

/** Called when the session has ended: the app goes to sign-in, and comes back. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

/** Called when the organisation demands a second factor that this person does not have. */
let onFactorMissing: () => void = () => undefined;
export function whenFactorMissing(then: () => void): void {
  onFactorMissing = then;
}

/** Asks the person to prove who they are, for what is dangerous; true once they have. */
let onProofWanted: () => Promise<boolean> = () => Promise.resolve(false);
export function whenProofWanted(then: () => Promise<boolean>): void {
  onProofWanted = then;
}

/** Browsers carry on with at most 64 KiB for pages that are gone. */
const KEEPALIVE_LIMIT = 32_768;

/** Whether a request goes on when its page is left: what somebody has saved is saved, though they close the window. */
function outlivesPage(method: Method, body: unknown): boolean {
  if (method === "get" || body instanceof FormData) return false;
  return body === undefined || JSON.stringify(body).length <= KEEPALIVE_LIMIT;
}

async function request(method: Method, path: string, init: AnyInit): Promise<{ data: unknown; response: Response }> {
  const headers = { ...init.headers, ...(init.ifMatch === undefined ? {} : { "If-Match": `"${init.ifMatch}"` }) };
  const options = {
    params: { path: init.path, query: init.query },
    headers,
    body: init.body as never,
    signal: init.signal,
    keepalive: outlivesPage(method, init.body),
    ...(init.body instanceof FormData ? { bodySerializer: (body: unknown) => body as FormData } : {}),
  };
  let answer: { data?: unknown; response: Response };
  try {
    answer = await client.request(method, path, options as never);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    if (error instanceof SyntaxError)
      throw new ApiError({ title: "The answer could not be read.", status: 0, code: "unreadable" });
    throw new ApiError({
      title: "The server can’t be reached. Check the connection and try again.",
      status: 0,
      code: "offline",
    });
  }
  if (!answer.response.ok) {
    const problem = await problemOf(answer);
    if (problem.code === "reauthentication_required" && (await onProofWanted())) return request(method, path, init);
    if (problem.code === "second_factor_required") onFactorMissing();
    if (problem.status === 401 && path !== "/session" && path !== "/me") onSignedOut();
    throw new ApiError(problem);
  }
  return { data: answer.data, response: answer.response };
}

async function problemOf(answer: { error?: unknown; response: Response }) {
  const base = await readProblem(new Response(null, answer.response));
  return typeof answer.error === "object" && answer.error !== null ? { ...base, ...answer.error } : base;
}

export async function get<P extends PathWith<"get">>(path: P, ...[init]: Args<P, "get">): Promise<Answered<P, "get">> {
  return (await request("get", path, init ?? {})).data as Answered<P, "get">;
}

const sender =
  <M extends Method>(method: M) =>
  async <P extends PathWith<M>>(path: P, ...[init]: Args<P, M>): Promise<Sent<Answered<P, M>>> => {
    const { data, response } = await request(method, path, init ?? {});
    return { data: data as Answered<P, M>, eventId: response.headers.get("X-Event-Id") };
  };

export const post = sender("post");
export const put = sender("put");
export const patch = sender("patch");
export const remove = sender("delete");
