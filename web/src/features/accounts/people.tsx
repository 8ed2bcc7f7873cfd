/** Who works at the account, and who did. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { AccountPerson } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { Card, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { date } from "@/lib/format";
import { accountPeopleQuery, type PeopleState } from "./queries";

const STATES = [
  ["current", "Now"],
  ["former", "Former"],
] as const;

export function AccountPeople({ accountId }: { accountId: string }) {
  const [state, setState] = useState<PeopleState>("current");
  const query = useInfiniteQuery(accountPeopleQuery(accountId, state));
  const people = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card
      title="People"
      aside={
        <div role="group" aria-label="Which people" className="flex rounded-md border border-line-control p-px">
          {STATES.map(([value, label]) => (
            <button
              key={value}
              type="button"
              aria-pressed={state === value}
              onClick={() => setState(value)}
              className={`h-6 rounded-sm px-2 text-meta font-medium pointer-coarse:h-9 ${state === value ? "bg-active text-fg" : "text-fg-3 hover:text-fg"}`}
            >
              {label}
            </button>
          ))}
        </div>
      }
    >
      {query.isPending && <SkeletonRows rows={3} />}
      <ReadFailed query={query} />
      {query.isSuccess && people.length === 0 && (
        <p className="px-4 py-4 text-cell text-fg-3">
          {state === "current" ? "No contacts yet." : "Nobody has left this account."}
        </p>
      )}
      <ul>
        {people.map((person) => (
          <PersonRow key={person.id} person={person} former={state === "former"} />
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="border-t border-line px-4 py-2">
          <Button busy={query.isFetchingNextPage && "Loading"} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </Card>
  );
}

function PersonRow({ person: p, former }: { person: AccountPerson; former: boolean }) {
  const until = former ? `until ${date(p.ended_on)}` : p.started_on && `since ${date(p.started_on)}`;
  return (
    <li className="border-b border-line last:border-0">
      <Link
        to="/contacts/$id"
        params={{ id: p.contact_id }}
        className="flex min-h-9 flex-wrap items-center gap-x-2 px-4 py-1 text-cell hover:bg-muted"
      >
        <PersonMark id={p.contact_id} name={p.contact.name} />
        <span className="font-medium text-fg">{p.contact.name}</span>
        <span className="min-w-0 flex-1 truncate text-fg-3">{p.title}</span>
        {!former && !p.primary && <Badge>Also here</Badge>}
        {former && p.now_at && <span className="truncate text-fg-3">now at {p.now_at.name}</span>}
        {until && <span className="text-fg-3 tnum">{until}</span>}
        {!former && <span className="truncate text-fg-3 max-md:hidden">{p.email}</span>}
      </Link>
    </li>
  );
}
