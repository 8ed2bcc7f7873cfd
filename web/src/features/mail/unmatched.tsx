/** What came by the address for copies from nobody known: its person makes a contact of somebody, or throws it away. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, UserPlus } from "lucide-react";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { UnmatchedEmail } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { dateTime } from "@/lib/format";
import { nameOf } from "./names";
import { unmatchedQuery } from "./queries";

export function Unmatched() {
  const { data } = useQuery(unmatchedQuery());
  if (!data?.length) return null;
  return (
    <Card title="Not matched">
      <ul aria-label="Messages that are not matched">
        {data.map((email) => (
          <Row key={email.id} email={email} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ email }: { email: UnmatchedEmail }) {
  const client = useQueryClient();
  const mayAdd = useMay("contact", "create");
  const person = email.people[0];
  const settled = () => client.invalidateQueries({ queryKey: unmatchedQuery().queryKey });
  const file = useMutation({
    mutationFn: (contact: boolean) =>
      post("/unmatched-emails/{id}/filing", {
        path: { id: email.id },
        body: contact && person ? { contact: { ...nameOf(person), email: person.address } } : {},
      }),
    onSuccess: () => told("Message stored"),
    onError: (error) => failed("It was not stored", sentence(error)),
    onSettled: settled,
  });
  const drop = useMutation({
    mutationFn: () => remove("/unmatched-emails/{id}", { path: { id: email.id } }),
    onError: (error) => failed("It is still there", sentence(error)),
    onSettled: settled,
  });
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-cell last:border-0">
      <span className="flex min-w-0 flex-1 basis-56 flex-col">
        <span className="truncate font-medium text-fg">{email.subject ?? "No subject"}</span>
        <span className="truncate text-meta text-fg-3">
          {email.direction === "in" ? "from" : "to"} {person?.name ?? person?.address} · {dateTime(email.occurred_at)}
        </span>
      </span>
      {mayAdd && (
        <Button size="row" busy={file.isPending && "Storing"} onClick={() => file.mutate(true)}>
          <UserPlus /> Make a contact
        </Button>
      )}
      <Button size="row" variant="quiet" onClick={() => file.mutate(false)}>
        Match again
      </Button>
      <Button
        variant="quietDanger"
        size="icon"
        aria-label={`Throw ${email.subject ?? "the message"} away`}
        onClick={() => drop.mutate()}
      >
        <Trash2 />
      </Button>
    </li>
  );
}
