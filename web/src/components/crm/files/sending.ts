/**
 * Files on their way up. They are sent in pieces, each from where the server is: what breaks off goes on from there, by
 * itself after a while or when somebody says so. They go on when their page is left.
 */
import { BASE, post, remove } from "@/api/client";
import { ApiError, isApiError, readProblem, sentence } from "@/api/problem";
import type { FileParent } from "@/api/types";
import { createStore } from "@/lib/store";
import { begunBefore, ended, note } from "./interrupted";

const PIECE = 2 * 1024 * 1024;
/** Waits between tries, in seconds; after the last one somebody has to say so. */
const WAITS = [1, 2, 4, 8, 16, 30];
/** So many are sent at the same time. */
const AT_ONCE = 3;

export interface Sending {
  key: number;
  /** Of the record: `opportunity:…`. */
  place: string;
  name: string;
  size: number;
  sent: number;
  state: "waiting" | "sending" | "paused" | "failed";
  error?: string | undefined;
  /** It may go better next time. */
  again?: boolean;
}

interface Job {
  file: Blob & { name: string; lastModified?: number };
  target: { object: FileParent; id: string };
  /** The file that this is a new version of. */
  version?: string | undefined;
  upload?: string;
  stop?: AbortController;
  onDone: (name: string, eventId: string | null) => void;
}

export const sendings = createStore<Sending[]>([]);
const jobs = new Map<number, Job>();
let last = 0;

export const placeOf = (object: FileParent, id: string): string => `${object}:${id}`;

function change(key: number, next: Partial<Sending>): void {
  sendings.set(sendings.get().map((s) => (s.key === key ? { ...s, ...next } : s)));
}

function forget(key: number): void {
  const upload = jobs.get(key)?.upload;
  if (upload) ended(upload);
  jobs.delete(key);
  sendings.set(sendings.get().filter((s) => s.key !== key));
  next();
}

export function send(
  files: Iterable<Job["file"]>,
  target: Job["target"],
  onDone: Job["onDone"],
  version?: string,
): void {
  const added: Sending[] = [];
  for (const file of files) {
    last += 1;
    const place = placeOf(target.object, target.id);
    const before = begunBefore(place, file);
    const job: Job = { file, target, version: version ?? before?.version, onDone };
    if (before) {
      job.upload = before.upload;
      remember(job);
    }
    jobs.set(last, job);
    added.push({ key: last, place, name: file.name, size: file.size, sent: 0, state: "waiting" });
  }
  sendings.set([...sendings.get(), ...added]);
  next();
}

export function pause(key: number): void {
  jobs.get(key)?.stop?.abort();
  change(key, { state: "paused" });
  next();
}

export function resume(key: number): void {
  change(key, { state: "waiting", error: undefined });
  next();
}

export function giveUp(key: number): void {
  const job = jobs.get(key);
  job?.stop?.abort();
  if (job?.upload) void remove("/uploads/{id}", { path: { id: job.upload } }).catch(() => undefined);
  forget(key);
}

function next(): void {
  const busy = sendings.get().filter((s) => s.state === "sending").length;
  for (const s of sendings
    .get()
    .filter((s) => s.state === "waiting")
    .slice(0, Math.max(0, AT_ONCE - busy))) {
    change(s.key, { state: "sending" });
    void run(s.key);
  }
}

async function run(key: number): Promise<void> {
  const job = jobs.get(key);
  if (!job) return;
  const stop = new AbortController();
  job.stop = stop;
  try {
    const eventId = await bring(key, job, stop.signal);
    forget(key);
    job.onDone(job.file.name, eventId);
  } catch (error) {
    if (stop.signal.aborted) return;
    change(key, { state: "failed", error: sentence(error), again: mayPass(error) });
    next();
  }
}

/** Where the server is with a file; one that it no longer knows begins anew. */
async function start(job: Job, signal: AbortSignal): Promise<number> {
  if (!job.upload) return announce(job);
  try {
    return await offset(job.upload, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    ended(job.upload);
    return announce(job);
  }
}

/** Sends what is missing; the event of the file it became. */
async function bring(key: number, job: Job, signal: AbortSignal): Promise<string | null> {
  let at = await start(job, signal);
  for (let tries = 0; ;) {
    try {
      change(key, { sent: at });
      const answer = await piece(job, at, signal);
      tries = 0;
      at = Number(answer.headers.get("Upload-Offset"));
      change(key, { sent: at });
      if (at >= job.file.size) return answer.headers.get("X-Event-Id");
    } catch (error) {
      const wait = WAITS[tries];
      if (signal.aborted || wait === undefined || !mayPass(error)) throw error;
      tries += 1;
      await new Promise((then) => setTimeout(then, wait * 1000));
      at = await offset(job.upload ?? "", signal).catch(() => at);
    }
  }
}

/** Whether it may go better next time: the line, or the server for now. */
const mayPass = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.status === 0 || error.status >= 500 || isApiError(error, "wrong_offset");

async function announce(job: Job): Promise<number> {
  const { name, size } = job.file;
  const of = job.version ? { file_id: job.version } : { [`${job.target.object}_id`]: job.target.id };
  const { data } = await post("/uploads", { body: { name, size, ...of } });
  job.upload = data.id;
  remember(job);
  return data.offset;
}

/** So that another page can go on with it. */
function remember({ file, target, version, upload }: Job): void {
  const { name, size, lastModified: modified = 0 } = file;
  if (upload) note({ upload, place: placeOf(target.object, target.id), version, name, size, modified });
}

async function asked(path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(`${BASE}${path}`, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError({ title: "The server can’t be reached.", status: 0, code: "offline" });
  });
  if (!answer.ok) throw new ApiError(await readProblem(answer));
  return answer;
}

async function offset(upload: string, signal: AbortSignal): Promise<number> {
  const answer = await asked(`/uploads/${upload}`, { method: "HEAD", signal });
  return Number(answer.headers.get("Upload-Offset"));
}

function piece(job: Job, at: number, signal: AbortSignal): Promise<Response> {
  const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(at) };
  const body = job.file.slice(at, at + PIECE);
  return asked(`/uploads/${job.upload ?? ""}`, { method: "PATCH", headers, body, signal });
}
