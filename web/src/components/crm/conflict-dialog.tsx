/** Two changes of the same field: what it was, mine and theirs beside each other, and which of the two stays. */
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { conflict, type Conflict } from "./conflict";

export function ConflictDialog({ found }: { found: Conflict }) {
  return <Choose key={found.name} found={found} />;
}

const SIDES = ["yours", "theirs"] as const;

function Choose({ found }: { found: Conflict }) {
  const [mine, setMine] = useState<string[]>(found.fields.map((f) => f.field));
  const done = (then: () => void) => () => {
    conflict.set(null);
    then();
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && done(found.takeTheirs)()}
      title="Someone else changed this meanwhile"
      description={`${found.name}: choose which value stays.`}
      footer={
        <>
          <Button onClick={done(found.takeTheirs)}>Keep theirs</Button>
          <Button variant="primary" disabled={mine.length === 0} onClick={done(() => found.keepMine(mine))}>
            Save mine
          </Button>
        </>
      }
    >
      <ul className="flex flex-col gap-4">
        {found.fields.map((f) => (
          <li key={f.field}>
            <fieldset>
              <legend className="mb-1.5 text-meta font-medium text-fg-2">{found.label(f.field)}</legend>
              <div className="grid grid-cols-3 gap-2 max-sm:grid-cols-1">
                <div className="flex flex-col gap-0.5 rounded-md bg-muted px-2.5 py-1.5 text-cell text-fg-2">
                  <span className="text-meta text-fg-3">Original</span>
                  <Value text={found.show(f.field, found.original(f.field))} />
                </div>
                {SIDES.map((side) => (
                  <label
                    key={side}
                    className="flex flex-col gap-0.5 rounded-md border border-line-strong px-2.5 py-1.5 text-cell text-fg has-checked:border-accent has-checked:bg-accent-soft"
                  >
                    <span className="flex items-center gap-2 text-meta text-fg-3">
                      <input
                        type="radio"
                        name={f.field}
                        className="accent-accent"
                        checked={mine.includes(f.field) === (side === "yours")}
                        onChange={() =>
                          setMine(side === "yours" ? [...mine, f.field] : mine.filter((x) => x !== f.field))
                        }
                      />
                      {side === "yours" ? "Mine" : "Theirs"}
                    </span>
                    <Value text={found.show(f.field, f[side])} />
                  </label>
                ))}
              </div>
            </fieldset>
          </li>
        ))}
      </ul>
    </Overlay>
  );
}

const Value = ({ text }: { text: string }) => (
  <span className="break-words">{text || <span className="text-fg-3">empty</span>}</span>
);
