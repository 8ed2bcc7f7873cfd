import { useMutation, useQueryClient } from "@tanstack/react-query";
import { PenLine } from "lucide-react";
import { useRef, useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { ActivityKind, SubjectType } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Input, Select, Textarea } from "@/components/ui/input";
import { failed } from "@/components/ui/toast";
import { createStore } from "@/lib/store";
import { useTold } from "./use-undo";

/** Set by "Log" in the record's head: the composer opens with this kind. */
export const composing = createStore<ActivityKind | null>(null);

const KINDS: { id: ActivityKind; label: string; done: string }[] = [
  { id: "note", label: "Note", done: "Note saved" },
  { id: "call", label: "Call", done: "Call logged" },
  { id: "email", label: "E-mail", done: "E-mail logged" },
  { id: "meeting", label: "Meeting", done: "Meeting logged" },
];

export function Composer({ type, id }: { type: SubjectType; id: string }) {
  const kind = composing.use();
  const may = useMay("activity", "create");
  if (!may) return null;
  if (kind) return <Open key={kind} type={type} id={id} first={kind} />;
  return (
    <button
      type="button"
      onClick={() => composing.set("note")}
      className="flex h-8 w-full items-center gap-2 rounded-md border border-line-control bg-bg px-2.5 text-cell text-fg-3 pointer-coarse:h-11"
    >
      <PenLine className="size-3.5" aria-hidden /> Write a note, or log a call
    </button>
  );
}

function Open({ type, id, first }: { type: SubjectType; id: string; first: ActivityKind }) {
  const client = useQueryClient();
  const told = useTold();
  const [kind, setKind] = useState(first);
  const [minutes, setMinutes] = useState("");
  const body = useRef<HTMLTextAreaElement>(null);
  const known = KINDS.find((k) => k.id === kind);
  const log = useMutation({
    mutationFn: (text: string) =>
      post("/activities", {
        body: {
          kind,
          body: text,
          [`${type}_id`]: id,
          ...(minutes && kind !== "note" ? { duration_minutes: Number(minutes) } : {}),
        },
      }),
    onSuccess: ({ eventId }) => {
      composing.set(null);
      void client.invalidateQueries({ queryKey: ["timeline", type, id] });
      told(known?.done ?? "Saved", eventId);
    },
    onError: (error) => failed("This was not saved", `${sentence(error)} What you wrote is kept.`),
  });
  const save = () => {
    const text = body.current?.value.trim() ?? "";
    if (text) log.mutate(text);
    else body.current?.focus();
  };
  return (
    <div className="flex flex-col gap-2 rounded-lg border border-line-strong bg-surface p-2.5">
      <div className="flex gap-2">
        <Select
          aria-label="Kind"
          value={kind}
          onChange={(e) => setKind(e.target.value as ActivityKind)}
          className="w-auto"
        >
          {KINDS.map((k) => (
            <option key={k.id} value={k.id}>
              {k.label}
            </option>
          ))}
        </Select>
        {kind !== "note" && kind !== "email" && (
          <Input
            aria-label="Minutes"
            inputMode="numeric"
            placeholder="Minutes"
            value={minutes}
            onChange={(e) => setMinutes(e.target.value.replace(/\D/g, ""))}
            className="w-24"
          />
        )}
      </div>
      <Textarea
        ref={body}
        autoFocus
        aria-label="What happened"
        placeholder={kind === "note" ? "Write a note" : "What was said, and what comes next"}
        onKeyDown={(e) => {
          if (e.key === "Enter" && (e.metaKey || e.ctrlKey)) save();
          if (e.key === "Escape" && !e.currentTarget.value) composing.set(null);
        }}
      />
      <div className="flex justify-end gap-2">
        <Button size="card" variant="quiet" onClick={() => composing.set(null)}>
          Cancel
        </Button>
        <Button size="card" variant="primary" busy={log.isPending && "Saving"} onClick={save}>
          Save {known?.label.toLowerCase()}
        </Button>
      </div>
    </div>
  );
}
