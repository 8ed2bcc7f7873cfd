/** Who else is at the record that is open here, and which field they are editing. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { put, remove } from "@/api/client";
import { isGone } from "@/api/problem";
import { useMe } from "@/api/shared";
import type { Present, SubjectType } from "@/api/types";
import { createStore } from "@/lib/store";
import { RECORD_KEYS } from "./cache";

/** Said again so often; the server takes three times as long for gone. */
const AGAIN = 15_000;
/** This page, as the server tells it from others of the same person. */
const page = crypto.randomUUID();

/** The field that is being edited here, by the API's name. */
const editing = createStore<string | null>(null);
/** Who else edits which field of the record that is open here. */
export const others = createStore<Present[]>([]);

/** Says that a field is being edited here, as long as it is. */
export function useEditing(field: string | undefined): void {
  useEffect(() => {
    if (!field) return undefined;
    editing.set(field);
    return () => editing.set(null);
  }, [field]);
}

const presenceKey = (type: string, id: string) => ["presence", type, id] as const;

const presenceQuery = (type: SubjectType, id: string) =>
  queryOptions({
    queryKey: presenceKey(type, id),
    queryFn: async () =>
      (await put("/presence/{object}/{id}", { path: { object: type, id }, body: { page, field: editing.get() } })).data
        .items,
    // What is gone, or out of sight, nobody is at.
    refetchInterval: ({ state: { error } }) => (isGone(error) ? false : AGAIN),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

/** Says that the record is open here as long as the page shows it, and reads who else has it open. */
export function usePresence(type: SubjectType, id: string): Present[] {
  const client = useQueryClient();
  // Whoever looks at the app as somebody else is not there as them.
  const enabled = !useMe().viewer;
  const { data, error } = useQuery({ ...presenceQuery(type, id), enabled });
  const away = isGone(error);
  // Out of sight without a word: the page finds out by reading the record.
  useEffect(() => {
    if (away) void client.invalidateQueries({ queryKey: [RECORD_KEYS[type], "detail", id] });
  }, [client, away, type, id]);
  const field = editing.use();
  useEffect(() => {
    if (enabled) void client.invalidateQueries({ queryKey: presenceKey(type, id) });
  }, [client, enabled, field, type, id]);
  useEffect(() => {
    others.set(data ?? []);
  }, [data]);
  useEffect(() => {
    if (!enabled) return undefined;
    const leave = () => {
      others.set([]);
      void remove("/presence/{object}/{id}", { path: { object: type, id }, query: { page } }).catch(() => undefined);
    };
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [enabled, type, id]);
  return data ?? [];
}
