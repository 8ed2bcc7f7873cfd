/** What the bulk bar asks of records of any kind: to whom, and which tags. */
import { Tag, UserRound } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { RefList } from "@/components/crm/pickers";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";
import { parseTags } from "@/lib/parse";
import type { BulkWork } from "./bulk";

export function Assign({ onPick }: { onPick: (owner: { id: string }) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      side="top"
      trigger={
        <Button variant="quiet">
          <UserRound /> Assign
        </Button>
      }
    >
      <RefList
        kind="user"
        value={null}
        onPick={(owner) => {
          setOpen(false);
          if (owner) onPick(owner);
        }}
      />
    </Popover>
  );
}

export function Tags({ onPick }: { onPick: (work: BulkWork) => void }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const tags = parseTags(text);
  const done = (work: BulkWork) => {
    setOpen(false);
    setText("");
    onPick(work);
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (tags.length > 0) done({ add_tags: tags });
  };
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      side="top"
      trigger={
        <Button variant="quiet">
          <Tag /> Tags
        </Button>
      }
    >
      <form className="flex flex-col gap-2 p-2" onSubmit={submit}>
        <Input
          autoFocus
          aria-label="Tags, with commas between them"
          placeholder="urgent, renewal"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <span className="flex gap-2">
          <Button type="submit" size="card" variant="primary" disabled={tags.length === 0}>
            Add
          </Button>
          <Button size="card" disabled={tags.length === 0} onClick={() => done({ remove_tags: tags })}>
            Remove
          </Button>
        </span>
      </form>
    </Popover>
  );
}
