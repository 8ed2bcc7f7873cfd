import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { conflict, type Conflict } from "./conflict";

export function ConflictDialog({ found }: { found: Conflict }) {
  return <Choose key={found.name} found={found} />;
}

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
            <fieldset className="flex flex-col gap-1.5">
              <legend className="mb-1 text-meta font-medium text-fg-2">{found.label(f.field)}</legend>
              {(["yours", "theirs"] as const).map((side) => (
                <label
                  key={side}
                  className="flex min-h-8 items-center gap-2 rounded-md border border-line-strong px-2.5 text-cell text-fg has-checked:border-accent has-checked:bg-accent-soft"
                >
                  <input
                    type="radio"
                    name={f.field}
                    className="accent-accent"
                    checked={mine.includes(f.field) === (side === "yours")}
                    onChange={() => setMine(side === "yours" ? [...mine, f.field] : mine.filter((x) => x !== f.field))}
                  />
                  <span className="w-14 text-meta text-fg-3">{side === "yours" ? "Mine" : "Theirs"}</span>
                  {found.show(f.field, f[side]) || <span className="text-fg-3">empty</span>}
                </label>
              ))}
            </fieldset>
          </li>
        ))}
      </ul>
    </Overlay>
  );
}
