/** With whom a record is shared, and sharing it with more. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { sentence } from "@/api/problem";
import { teamsQuery, usersQuery } from "@/api/shared";
import type { ShareLevel, SharedObject } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { PersonMark } from "@/components/ui/marks";
import { Overlay } from "@/components/ui/overlay";
import { today } from "@/lib/format";
import { ShareList } from "./share-list";
import { useShares } from "./share-query";
import type { Shareable } from "./sharing";
import { TeamMark } from "./team-mark";

interface Props {
  type: SharedObject;
  record: Shareable;
  onClose: () => void;
}

/** People and teams in one list: a team is as good to share with as a person. */
function usePrincipals() {
  const users = useQuery(usersQuery()).data ?? [];
  const teams = useQuery(teamsQuery()).data ?? [];
  return [
    ...users
      .filter((u) => u.active)
      .map((u) => ({ value: `user:${u.id}`, label: u.name, mark: <PersonMark id={u.id} name={u.name} /> })),
    ...teams.map((t) => ({ value: `team:${t.id}`, label: t.name, hint: "team", mark: <TeamMark /> })),
  ];
}

export function ShareDialog({ type, record, onClose }: Props) {
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Share ${record.name}`}
      description="Beyond what roles show already. A team’s share reaches the teams below it; nobody may delete by a share."
      footer={<Button onClick={onClose}>Done</Button>}
    >
      <div className="flex flex-col gap-4">
        {record.may.update && <AddShare type={type} id={record.id} />}
        <ShareList type={type} record={record} />
      </div>
    </Overlay>
  );
}

function AddShare({ type, id }: { type: Props["type"]; id: string }) {
  const principals = usePrincipals();
  const { add } = useShares(type, id);
  const [who, setWho] = useState<string | null>(null);
  const [level, setLevel] = useState<ShareLevel>("read");
  const [until, setUntil] = useState("");
  const chosen = principals.find((p) => p.value === who);
  const share = () => {
    if (!who) return;
    const [kind, principal] = who.split(":");
    const expires_at = until ? new Date(`${until}T23:59:59`).toISOString() : null;
    add.mutate({ [`${kind}_id`]: principal, level, expires_at }, { onSuccess: () => setWho(null) });
  };
  return (
    <form
      className="grid grid-cols-[minmax(0,1fr)_150px] items-start gap-3 md:grid-cols-[minmax(0,1fr)_112px_140px]"
      onSubmit={(e) => {
        e.preventDefault();
        share();
      }}
    >
      <Field label="With" error={add.error ? sentence(add.error) : undefined} className="max-md:col-span-2">
        {(w) => (
          <Combobox
            id={w.id}
            label={chosen?.label ?? <span className="text-fg-3">A person or a team</span>}
            choices={principals}
            value={who}
            invalid={w["aria-invalid"] ?? false}
            onChange={setWho}
          />
        )}
      </Field>
      <Field label="To">
        {(w) => (
          <Select {...w} value={level} onChange={(e) => setLevel(e.target.value as ShareLevel)}>
            <option value="read">Read</option>
            <option value="edit">Edit</option>
          </Select>
        )}
      </Field>
      <Field label="Until">
        {(w) => <Input {...w} type="date" min={today(0)} value={until} onChange={(e) => setUntil(e.target.value)} />}
      </Field>
      <Button
        variant="primary"
        type="submit"
        disabled={!who}
        busy={add.isPending && "Sharing"}
        className="col-span-2 justify-self-end md:col-span-3"
      >
        Share
      </Button>
    </form>
  );
}
