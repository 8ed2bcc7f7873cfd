/** What other people do, mended into what is on the page: fetched in this person's own rights, field by field, with who did it. */
import { notifyManager, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { get } from "@/api/client";
import { isApiError, isGone } from "@/api/problem";
import { meQuery } from "@/api/shared";
import type { LiveChange, Page, Ref } from "@/api/types";
import { cachedOnBoard, patchRecord, RECORD_KEYS as KEYS } from "../cache";
import { arrivals, moves } from "../opportunity-cache";
import { TIMELINES } from "../timeline-query";
import { differing } from "./merge";
import { gone, held, marks, plain, unsaved, type Gone, type Marked } from "./marks";

type Kind = keyof typeof KEYS;
const isKind = (type: string): type is Kind => type in KEYS;

/** A change of one makes its list stale, whose key is the plural. */
const STALE = ["proposal", "import", "file", "notification"];
/** So many records are fetched one by one and mended in place; of more the lists are read anew, once. */
const FEW = 12;
/** How long a change is shown as news, in milliseconds. */
const NEWS = 8_000;
/** Of so many records it is kept who changed them. */
const KEPT = 100;

interface Known {
  id: string;
  version: number;
}
const detailKey = (object: Kind, id: string) => [KEYS[object], "detail", id] as const;

/** The record as this page has it: its own page, a list or a board. */
function known(client: QueryClient, object: Kind, id: string): Known | undefined {
  const detail = client.getQueryData<Known>(detailKey(object, id));
  if (detail) return detail;
  for (const [, list] of client.getQueriesData<InfiniteData<Page<Known>>>({ queryKey: [KEYS[object], "list"] })) {
    for (const page of list?.pages ?? []) {
      const found = page.items.find((r) => r.id === id);
      if (found) return found;
    }
  }
  return object === "opportunity" ? cachedOnBoard(client, id) : undefined;
}

const me = (client: QueryClient): string | undefined => client.getQueryData(meQuery().queryKey)?.user.id;

/** Once nobody types in a list any more. */
async function free(id?: string): Promise<void> {
  while (held.get() !== null && (id === undefined || held.get() === id))
    await new Promise((done) => setTimeout(done, 300));
}

function leave(client: QueryClient, object: Kind, id: string, why: Gone): void {
  gone.set({ ...gone.get(), [id]: why });
  // Its page is told by the mark, and keeps what it shows.
  void free(id).then(() => {
    if (gone.get()[id]) patchRecord(client, KEYS[object], id, () => null);
  });
}

/** Who changed each field: the one who did all, or whoever its history names last. */
async function authors(object: Kind, id: string, changes: LiveChange[]): Promise<(field: string) => Ref | null> {
  const actors = new Map(changes.map((c) => [c.actor?.id, c.actor]));
  const [only] = actors.values();
  if (actors.size === 1 && only) return () => only;
  try {
    const query = { limit: 20, kind: "stage,assignment,change" };
    const { items } = await get(TIMELINES[object], { path: { id }, query });
    return (field) => {
      const event = items.find((e) => e.changes.some((c) => plain(c.field) === field));
      return event ? { id: event.actor.id ?? event.actor.name, name: event.actor.name } : null;
    };
  } catch (error) {
    // What has changed is shown all the same; only the name is missing.
    if (!isApiError(error)) throw error;
    return () => null;
  }
}

/** Shows who changed these fields, and after a while no longer. */
function show(id: string, fields: string[], by: (field: string) => Ref | null, mine: string | undefined): void {
  const news: Marked = {};
  for (const field of fields) {
    const who = by(field);
    if (who) news[field] = { who, own: who.id === mine, fresh: who.id !== mine };
  }
  if (Object.keys(news).length === 0) return;
  const { [id]: before, ...rest } = marks.get();
  const others = Object.entries(rest).slice(1 - KEPT);
  marks.set({ ...Object.fromEntries(others), [id]: { ...before, ...news } });
  setTimeout(() => {
    const now = marks.get()[id];
    if (!now) return;
    const old = Object.entries(now).map(([field, mark]) => [
      field,
      mark === news[field] ? { ...mark, fresh: false } : mark,
    ]);
    marks.set({ ...marks.get(), [id]: Object.fromEntries(old) as Marked });
  }, NEWS);
}

/** What came of reading one record: how to mend it, or that it is gone. */
type Found = { object: Kind; id: string; changes: LiveChange[]; by: (field: string) => Ref | null; now: Known | null };

async function read(client: QueryClient, object: Kind, id: string, changes: LiveChange[]): Promise<Found | null> {
  try {
    const [now, by] = await Promise.all([
      get(`/${KEYS[object]}/{id}`, { path: { id } }) as Promise<Known>,
      authors(object, id, changes),
    ]);
    return { object, id, changes, by, now };
  } catch (error) {
    if (!isApiError(error)) throw error;
    if (isGone(error)) return { object, id, changes, by: () => null, now: null };
    // The server can't say now: the page asks again when it is there.
    void client.invalidateQueries({ queryKey: detailKey(object, id) });
    return null;
  }
}

function mend(client: QueryClient, { object, id, changes, by, now }: Found): void {
  const before = known(client, object, id);
  if (!now) {
    leave(client, object, id, { how: "access", who: null });
    return;
  }
  if (gone.get()[id]) gone.set(Object.fromEntries(Object.entries(gone.get()).filter(([other]) => other !== id)));
  const kept = unsaved.get(id) ?? [];
  const news = Object.fromEntries(Object.entries(now).filter(([key]) => !kept.includes(key))) as unknown as Known;
  if (before && before.version <= now.version) show(id, differing(before, news), by, me(client));
  patchRecord<Known>(client, KEYS[object], id, (old) => (old.version > now.version ? old : { ...old, ...news }));
  const move = changes.findLast((c) => c.event === "opportunity.moved");
  if (move?.actor && move.actor.id !== me(client))
    moves.set({ ...moves.get(), [id]: { name: move.actor.name, at: new Date().toISOString() } });
}

/** Reads records and mends them all at once, so that the page is drawn once. */
async function refresh(client: QueryClient, wanted: { object: Kind; id: string; changes: LiveChange[] }[]) {
  const found = await Promise.all(wanted.map((w) => read(client, w.object, w.id, w.changes)));
  notifyManager.batch(() => found.forEach((one) => one && mend(client, one)));
}

/** What hangs on records: their parts, trees, sums. Their pages and lists are mended by themselves. */
function refreshBeside(client: QueryClient, object: Kind, ids: Set<string>): void {
  void client.invalidateQueries({
    queryKey: [KEYS[object]],
    predicate: ({ queryKey }) => {
      const part = String(queryKey[1]);
      if (["detail", "list", "board", "lanes", "lookup", "name"].includes(part)) return false;
      return part === "figures" || part === "groups" || queryKey.some((k) => typeof k === "string" && ids.has(k));
    },
  });
}

/** Takes the changes of a moment: the last ones of each record together. */
export async function receive(client: QueryClient, changes: LiveChange[]): Promise<void> {
  const records = new Map<string, LiveChange[]>();
  for (const c of changes) {
    const key = `${c.type}/${c.id}`;
    records.set(key, [...(records.get(key) ?? []), c]);
  }
  const wanted: { object: Kind; id: string; changes: LiveChange[] }[] = [];
  const unknown = new Set<Kind>();
  const touched = new Map<Kind, Set<string>>();
  for (const [, all] of records) {
    const last = all.at(-1);
    if (!last) continue;
    const { type, id } = last;
    void client.invalidateQueries({ queryKey: ["timeline", type, id] });
    if (!isKind(type)) continue;
    touched.set(type, (touched.get(type) ?? new Set()).add(id));
    const cached = known(client, type, id);
    const ended = ENDED[last.event.split(".")[1] ?? ""];
    const version = Math.max(...all.map((c) => c.version ?? Infinity));
    if (ended) {
      if (cached) leave(client, type, id, { how: ended, who: last.actor ?? null });
    } else if (cached && cached.version >= version && !gone.get()[id]) continue;
    else if (cached) wanted.push({ object: type, id, changes: all });
    else if (type !== "opportunity") unknown.add(type);
    else if (last.event.endsWith(".created") && last.actor?.id !== me(client)) arrivals.set([...arrivals.get(), id]);
  }
  void receiveTasks(
    client,
    changes.filter((c) => c.type === "task"),
  );
  for (const type of STALE)
    if (changes.some((c) => c.type === type)) void client.invalidateQueries({ queryKey: [`${type}s`] });
  for (const [object, ids] of touched) refreshBeside(client, object, ids);
  const open = (w: { object: Kind; id: string }) => client.getQueryData(detailKey(w.object, w.id)) !== undefined;
  if (wanted.length > FEW) wanted.filter((w) => !open(w)).forEach((w) => unknown.add(w.object));
  await refresh(client, wanted.length > FEW ? wanted.filter(open).slice(0, FEW) : wanted);
  if (unknown.size > 0) await free();
  for (const object of unknown)
    for (const part of ["list", "board", "lanes"]) void client.invalidateQueries({ queryKey: [KEYS[object], part] });
}

function knownTask(client: QueryClient, id: string): Known | undefined {
  const open = client.getQueryData<Known>(["tasks", "detail", id]);
  const lists = client.getQueriesData<InfiniteData<Page<Known>>>({ queryKey: ["tasks", "list"] });
  const rows = lists.flatMap(([, list]) => list?.pages.flatMap((page) => page.items) ?? []);
  return open ?? rows.find((task) => task.id === id);
}

/** Tasks move from list to list as they change: their lists are read anew, and what is new on one that stays is shown. */
async function receiveTasks(client: QueryClient, changes: LiveChange[]): Promise<void> {
  if (changes.length === 0) return;
  for (const { id, event, actor } of changes)
    if (event === "task.deleted" && knownTask(client, id))
      gone.set({ ...gone.get(), [id]: { how: "deleted", who: actor ?? null } });
  const before = changes.map((c) => [c, knownTask(client, c.id)] as const);
  await client.invalidateQueries({ queryKey: ["tasks"] });
  notifyManager.batch(() => {
    for (const [change, was] of before) {
      const now = knownTask(client, change.id);
      if (was && now && was.version < now.version)
        show(change.id, differing(was, now), () => change.actor ?? null, me(client));
    }
  });
}

const ENDED: Record<string, Gone["how"]> = { deleted: "deleted", merged_into: "merged" };

/** After a time in which nothing was heard: records that are open here come field by field, all else is read anew. */
export async function catchUp(client: QueryClient): Promise<void> {
  const open = client
    .getQueryCache()
    .findAll({ type: "active" })
    .flatMap(({ queryKey: [key, part, id] }) => {
      const object = (Object.keys(KEYS) as Kind[]).find((o) => KEYS[o] === key);
      return object && part === "detail" && typeof id === "string" ? [{ object, id, changes: [] }] : [];
    });
  const ids = new Set(open.map((o) => o.id));
  await refresh(client, open);
  await free();
  await client.invalidateQueries({
    predicate: ({ queryKey }) => !(queryKey[1] === "detail" && ids.has(String(queryKey[2]))),
  });
}
