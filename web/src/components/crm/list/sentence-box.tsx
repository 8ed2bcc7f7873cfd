/** "Negotiation deals over 50k owned by my team": typed, read, and shown as chips that can be edited. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { sentence as said } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { readSentence, sentenceNote, type SentenceNote } from "./sentence";
import type { ListSearch } from "./search";
import type { ListSpec } from "./spec";

const EXAMPLE: Record<ListSpec["object"], string> = {
  opportunity: "negotiation deals over 50k closing this quarter owned by my team",
  account: "my accounts with more than 500 employees",
  contact: "contacts without e-mail added last month",
  lead: "hot leads from this week",
};

export function SentenceBox(props: {
  spec: ListSpec;
  group: string | undefined;
  onSearch: (next: ListSearch) => void;
  onDone: () => void;
}) {
  const { spec } = props;
  const [text, setText] = useState("");
  const reading = useMutation({
    mutationFn: () => readSentence(spec.path, text.trim()),
    onSuccess: ({ search, note }) => {
      if (!search) return;
      sentenceNote.set(note.left.length > 0 || note.byModel ? note : null);
      props.onSearch(props.group ? { ...search, group: props.group } : search);
      props.onDone();
    },
  });
  const nothing = reading.data && !reading.data.search;
  return (
    <form
      className="flex w-[min(30rem,calc(100vw-32px))] flex-col gap-2 p-2.5"
      onSubmit={(e) => {
        e.preventDefault();
        if (text.trim()) reading.mutate();
      }}
    >
      <div className="flex gap-1.5">
        <Input
          autoFocus
          aria-label="Filter by a sentence"
          placeholder={EXAMPLE[spec.object]}
          maxLength={500}
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <Button type="submit" variant="primary" className="h-8" busy={reading.isPending && "Reading"}>
          Filter
        </Button>
      </div>
      {nothing && (
        <p
          role="alert"
          className="text-meta text-bad-text"
        >{`Nothing of it was understood. ${leftWords(reading.data.note)}`}</p>
      )}
      {reading.error && (
        <p role="alert" className="text-meta text-bad-text">
          {said(reading.error)}
        </p>
      )}
      <p className="text-meta text-fg-3">For example: {EXAMPLE[spec.object]}. It becomes filters that you can edit.</p>
    </form>
  );
}

const leftWords = (note: SentenceNote): string =>
  note.left.map((l) => (l.why ? `“${l.text}”: ${l.why}.` : `“${l.text}” means nothing here.`)).join(" ");

/** Which words of the sentence came to nothing, until it is put away. */
export function SentenceLeft({ note }: { note: SentenceNote }) {
  return (
    <div role="status" className="flex items-center gap-2 border-b border-line bg-sunken px-4 py-1.5 text-meta md:px-5">
      <p className="min-w-0 flex-1 text-fg-2">
        {note.left.length > 0 &&
          `Not understood: ${note.left.map((l) => `“${l.text}”${l.why ? ` (${l.why})` : ""}`).join(", ")}. `}
        {note.byModel && "Read with the language model: check the filters."}
      </p>
      <Button variant="quiet" size="row" onClick={() => sentenceNote.set(null)}>
        Dismiss
      </Button>
    </div>
  );
}
