import type { FieldError, Problem } from "./types";

/** An answer that was not 2xx, or a request that never arrived (`status` 0, code `offline`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "ApiError";
    this.status = problem.status;
    this.code = problem.code;
    this.problem = problem;
  }

  get fields(): FieldError[] {
    return this.problem.errors ?? [];
  }

  get requestId(): string | null {
    return this.problem.request_id ?? null;
  }
}

export const isApiError = (error: unknown, code?: string): error is ApiError =>
  error instanceof ApiError && (code === undefined || error.code === code);

/** Whether what was asked for is not there for this person: absent, hidden, or no longer theirs to see. */
export const isGone = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 404 || error.status === 403);

/** One sentence for a person: what failed, in the server's words where it gave some. */
export function sentence(error: unknown): string {
  if (error instanceof ApiError) {
    const first = error.fields[0];
    return first && error.status === 422 ? first.message : error.message;
  }
  return error instanceof Error ? error.message : "Something went wrong.";
}

export async function readProblem(response: Response): Promise<Problem> {
  const fallback: Problem = {
    title: `The server answered ${response.status}.`,
    status: response.status,
    code: "unexpected_answer",
    request_id: response.headers.get("x-request-id"),
  };
  const type = response.headers.get("content-type") ?? "";
  if (!type.includes("json")) return fallback;
  try {
    const body = (await response.clone().json()) as Partial<Problem>;
    return { ...fallback, ...body };
  } catch {
    return fallback;
  }
}
