/** Who took part: contacts, colleagues, and anybody by an address. */
import { Plus, X } from "lucide-react";
import { useState } from "react";
import type { Participant, Ref } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";
import { RefList } from "./pickers";

interface Props {
  people: Participant[];
  onChange: (people: Participant[]) => void;
}

const keyOf = (p: Participant): string => p.contact_id ?? p.user_id ?? p.address?.toLowerCase() ?? "";

export function Participants({ people, onChange }: Props) {
  const add = (who: Participant) => {
    if (!people.some((p) => keyOf(p) === keyOf(who))) onChange([...people, who]);
  };
  const nobody = { contact_id: null, user_id: null, address: null };
  return (
    <div role="group" aria-label="Participants" className="flex flex-wrap items-center gap-1.5">
      {people.map((p) => (
        <span
          key={keyOf(p)}
          className="flex h-7 max-w-full items-center gap-1 rounded-full border border-line-strong bg-bg pr-1 pl-2.5 text-meta text-fg-2"
        >
          <span className="truncate">{p.name}</span>
          <Button
            variant="quiet"
            size="iconRow"
            className="rounded-full"
            aria-label={`Take ${p.name} off`}
            onClick={() => onChange(people.filter((other) => keyOf(other) !== keyOf(p)))}
          >
            <X />
          </Button>
        </span>
      ))}
      <Pick kind="contact" label="Contact" onPick={(r) => add({ ...nobody, contact_id: r.id, name: r.name })} />
      <Pick kind="user" label="Colleague" onPick={(r) => add({ ...nobody, user_id: r.id, name: r.name })} />
      <Address onAdd={(address) => add({ ...nobody, address, name: address })} />
    </div>
  );
}

function Pick(props: { kind: "contact" | "user"; label: string; onPick: (ref: Ref) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      className="w-64"
      trigger={
        <Button size="card" variant="quiet" aria-label={`Add a ${props.label.toLowerCase()}`}>
          <Plus /> {props.label}
        </Button>
      }
    >
      <RefList
        kind={props.kind}
        value={null}
        onPick={(ref) => {
          setOpen(false);
          if (ref) props.onPick(ref);
        }}
      />
    </Popover>
  );
}

function Address({ onAdd }: { onAdd: (address: string) => void }) {
  const [text, setText] = useState("");
  const add = () => {
    if (text.trim()) onAdd(text.trim());
    setText("");
  };
  return (
    <Input
      aria-label="Add an address"
      placeholder="Add an address"
      maxLength={320}
      value={text}
      onChange={(e) => setText(e.target.value)}
      onBlur={add}
      onKeyDown={(e) => {
        if (e.key !== "Enter" || e.metaKey || e.ctrlKey) return;
        e.preventDefault();
        add();
      }}
      className="h-7 w-36"
    />
  );
}
