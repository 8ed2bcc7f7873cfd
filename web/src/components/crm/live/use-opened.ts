/** A field that is open for editing, while others may change it: what was there when it was opened, and what has become of it. */
import { useState, type ReactNode } from "react";
import type { FieldValue } from "../editor";
import { same } from "../same";
import type { Mark } from "./marks";
import type { TheirsProps } from "./theirs";

interface Given {
  /** What is there now, and how a change of that is saved. */
  value: FieldValue;
  onSave: (value: FieldValue) => void;
  shown: ReactNode;
  mark: Mark | undefined;
}

export function useOpened({ value, onSave, shown, mark }: Given) {
  const [opened, setOpened] = useState<Pick<Given, "value" | "onSave"> | null>(null);
  const open = () => setOpened({ value, onSave });
  const shut = () => setOpened(null);
  const moved = opened !== null && !same(value, opened.value);
  const theirs: TheirsProps | undefined = moved ? { mark, shown, onTake: shut, onKeep: open } : undefined;
  return {
    opened,
    open,
    shut,
    theirs,
    /** Others may have changed other fields: it is saved over what is there now. What they made of this one it is saved over only by
     * who has said so; else the server finds the conflict. */
    save: (next: FieldValue) => {
      if (!opened) return;
      shut();
      if (!same(next, opened.value)) (moved ? opened.onSave : onSave)(next);
    },
  };
}
