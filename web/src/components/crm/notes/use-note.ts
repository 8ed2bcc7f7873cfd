/** What is being written: the words with what was picked in them, kept in this browser until they are saved or thrown away. */
import { useState } from "react";
import type { Activity, SubjectType } from "@/api/types";
import { toBody, toText, type Mention } from "./mentions";

/** As all drafts begin, so that signing out drops this one too. Said anew here: shared, it would be a file of its own on every page. */
const PREFIX: typeof import("../new-record/drop-drafts").PREFIX = "dealwright.draft.";

interface Written {
  text: string;
  mentions: Mention[];
}

const EMPTY: Written = { text: "", mentions: [] };

function read(key: string | null): Written {
  try {
    const kept = key && (JSON.parse(localStorage.getItem(key) ?? "null") as Written | null);
    return kept && typeof kept.text === "string" && Array.isArray(kept.mentions) ? kept : EMPTY;
  } catch {
    return EMPTY;
  }
}

function keep(key: string | null, written: Written): void {
  if (!key) return;
  try {
    if (written.text.trim()) localStorage.setItem(key, JSON.stringify(written));
    else localStorage.removeItem(key);
  } catch {
    // Storage is full or off: the words last until the page is left.
  }
}

export function useNote(subject: { type: SubjectType; id: string } | null, activity: Activity | undefined) {
  const key = !activity && subject ? `${PREFIX}note.${subject.type}.${subject.id}` : null;
  const [written, setWritten] = useState<Written>(() => (activity ? toText(activity.body ?? "") : read(key)));
  const set = (next: Written) => {
    setWritten(next);
    keep(key, next);
  };
  return {
    text: written.text,
    setText: (text: string) => set({ ...written, text }),
    /** Something was picked, and stands in the text now. Two of the same name: the last one counts. */
    pick: (mention: Mention, text: string) =>
      set({ text, mentions: [...written.mentions.filter((m) => m.label !== mention.label), mention] }),
    kept: () => toBody(written.text, written.mentions),
    drop: () => keep(key, EMPTY),
  };
}
