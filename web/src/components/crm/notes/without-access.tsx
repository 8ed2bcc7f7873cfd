/** Who of those that are mentioned may not see the record: says so, and offers to share it before the note is saved. */
import { useMutation } from "@tanstack/react-query";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Ref, SubjectType } from "@/api/types";
import { Button } from "@/components/ui/button";
import { useShares } from "../share-query";
import type { Mention } from "./mentions";

export interface Blind {
  people: Ref[];
  teams: Ref[];
}

/** Asks who of the mentioned would not hear of it. */
export async function blindTo(subject: { type: SubjectType; id: string }, mentions: Mention[]): Promise<Blind | null> {
  const of = (kind: string) => mentions.filter((m) => m.kind === kind).map((m) => m.id);
  const [people, teams] = [of("person"), of("team")];
  if (people.length + teams.length === 0) return null;
  const { data } = await post("/mentions/access", {
    body: { object: subject.type, record_id: subject.id, people, teams },
  });
  return data.people.length + data.teams.length > 0 ? data : null;
}

interface Props {
  blind: Blind;
  subject: { type: SubjectType; id: string };
  onSave: () => void;
  onBack: () => void;
}

export function WithoutAccess({ blind, subject, onSave, onBack }: Props) {
  const { add } = useShares(subject.type, subject.id);
  const share = useMutation({
    mutationFn: async () => {
      const all = [...blind.people.map((p) => ({ user_id: p.id })), ...blind.teams.map((t) => ({ team_id: t.id }))];
      for (const who of all) await add.mutateAsync({ ...who, level: "read", expires_at: null });
    },
    onSuccess: onSave,
  });
  const names = [...blind.people.map((p) => p.name), ...blind.teams.map((t) => `somebody in ${t.name}`)];
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-md bg-warn-soft px-3 py-2 text-cell text-fg">
      <p>
        {new Intl.ListFormat(undefined).format(names)} can’t see this record, and would not hear of the note. Share it
        to be read?
      </p>
      {share.error && <p className="text-bad-text">{sentence(share.error)}</p>}
      <div className="flex flex-wrap gap-2">
        <Button size="card" variant="primary" busy={share.isPending && "Sharing"} onClick={() => share.mutate()}>
          Share and save
        </Button>
        <Button size="card" onClick={onSave}>
          Save without sharing
        </Button>
        <Button size="card" variant="quiet" onClick={onBack}>
          Back to the note
        </Button>
      </div>
    </div>
  );
}
