/** Steps: ticked off, written, taken away. Enter adds the next one. */
import { Plus, X } from "lucide-react";
import { useRef, useState } from "react";
import type { TaskStep } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";

const MOST = 100;

export function Checklist(props: {
  items: TaskStep[];
  onChange: (items: TaskStep[]) => void;
  /** Whether they can be ticked: a template's can't. */
  ticked?: boolean;
}) {
  const { items, onChange } = props;
  const [text, setText] = useState("");
  const next = useRef<HTMLInputElement>(null);
  const put = (at: number, item: TaskStep) => onChange(items.map((old, i) => (i === at ? item : old)));
  const add = () => {
    if (text.trim() === "" || items.length >= MOST) return;
    onChange([...items, { text: text.trim(), done: false }]);
    setText("");
    next.current?.focus();
  };
  return (
    <div className="flex flex-col gap-1">
      {items.length > 0 && (
        <ol aria-label="Steps" className="flex flex-col gap-1">
          {items.map((item, at) => (
            <li key={at} className="flex items-center gap-2">
              {props.ticked && (
                <Checkbox
                  checked={item.done ?? false}
                  aria-label={`Done: ${item.text}`}
                  onCheckedChange={(done) => put(at, { ...item, done: done === true })}
                />
              )}
              <Input
                aria-label={`Step ${at + 1}`}
                value={item.text}
                maxLength={300}
                className={item.done ? "text-fg-3 line-through" : undefined}
                onChange={(e) => put(at, { ...item, text: e.target.value })}
              />
              <Button
                variant="quiet"
                size="iconRow"
                aria-label={`Remove step ${at + 1}`}
                onClick={() => onChange(items.filter((_, i) => i !== at))}
              >
                <X />
              </Button>
            </li>
          ))}
        </ol>
      )}
      <div className="flex items-center gap-2">
        <Input
          ref={next}
          aria-label="Next step"
          placeholder="A step, then Enter"
          value={text}
          maxLength={300}
          onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => {
            if (e.key !== "Enter") return;
            e.preventDefault();
            add();
          }}
        />
        <Button variant="quiet" size="iconRow" aria-label="Add the step" disabled={text.trim() === ""} onClick={add}>
          <Plus />
        </Button>
      </div>
    </div>
  );
}
