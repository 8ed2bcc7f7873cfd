/** A list in words: the server reads them, and what it understood becomes chips. */
import { post } from "@/api/client";
import { createStore } from "@/lib/store";
import type { ListSearch } from "./search";
import type { ListSpec } from "./spec";
import { searchOfFilter } from "./view-query";

/** What was made of the last sentence of a list, for as long as there is something to say about it. */
export interface SentenceNote {
  path: ListSpec["path"];
  left: { text: string; why: string | null }[];
  byModel: boolean;
}
export const sentenceNote = createStore<SentenceNote | null>(null);

export interface SentenceRead {
  /** The address with what was understood; null when that is nothing. */
  search: ListSearch | null;
  note: SentenceNote;
}

/** Reads a sentence; what was filtered before is left behind. */
export async function readSentence(path: ListSpec["path"], text: string): Promise<SentenceRead> {
  const { data } = await post(`${path}/filter-sentence`, { body: { text } });
  const note: SentenceNote = {
    path,
    left: data.not_understood.map((l) => ({ text: l.text, why: l.why ?? null })),
    byModel: data.author === "model",
  };
  if (data.understood.length === 0) return { search: null, note };
  const sort = data.sort.length > 0 ? { sort: data.sort.join(",") } : {};
  return { search: { ...searchOfFilter(data.filter), ...sort }, note };
}
