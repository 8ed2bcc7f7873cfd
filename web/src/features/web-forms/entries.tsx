import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { WebForm, WebFormEntry } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { dateTime, plain } from "@/lib/format";
import { askableQuery, entriesQuery } from "./queries";

const REASONS: Record<WebFormEntry["reason"], string> = {
  honeypot: "A field that nobody sees was filled in",
  no_token: "It was not sent from the form’s page",
  too_fast: "Filled in faster than people can",
  expired: "The page was open for more than a day",
  foreign_origin: "Sent from a site that is not allowed",
};

/** What looks like spam: it waits for somebody to accept it or throw it away. */
export function Entries({ form }: { form: WebForm }) {
  const entries = useQuery(entriesQuery(form.id));
  return (
    <Card title="Looks like spam">
      <div className="px-4 py-2">
        <p className="text-cell text-fg-3">Who sent it was thanked all the same. Accept what is real.</p>
        {entries.isLoading && <SkeletonRows rows={2} />}
        <ReadFailed query={entries} />
        <ul aria-label="Looks like spam">
          {(entries.data ?? []).map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ul>
      </div>
    </Card>
  );
}

function Entry({ entry }: { entry: WebFormEntry }) {
  const client = useQueryClient();
  const known = useQuery(askableQuery()).data ?? [];
  const refresh = () => Promise.all(["web-forms", "leads"].map((key) => client.invalidateQueries({ queryKey: [key] })));
  const accept = useMutation({
    mutationFn: () => post("/web-form-entries/{id}/acceptance", { path: { id: entry.id } }),
    onSuccess: ({ data }) => told(`${data.name} is a lead of ${data.owner.name}’s`),
    onError: (error) => failed("It did not become a lead", sentence(error)),
    onSettled: refresh,
  });
  const discard = useMutation({
    mutationFn: () => remove("/web-form-entries/{id}", { path: { id: entry.id } }),
    onSuccess: () => told("Thrown away"),
    onError: (error) => failed("It was not thrown away", sentence(error)),
    onSettled: refresh,
  });
  const answers = Object.entries(entry.answers);
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 border-b border-line py-2.5 text-cell last:border-b-0">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <Badge kind="warn">{REASONS[entry.reason]}</Badge>
          <span className="text-meta text-fg-3">{dateTime(entry.at)}</span>
        </p>
        <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3">
          {answers.map(([field, value]) => (
            <div key={field} className="contents">
              <dt className="text-fg-3">{known.find((k) => k.field === field)?.label ?? field}</dt>
              <dd className="line-clamp-3 min-w-0 break-words text-fg">
                {Array.isArray(value) ? value.join(", ") : plain(value)}
              </dd>
            </div>
          ))}
        </dl>
        {answers.length === 0 && <p className="text-fg-3">Nothing was written.</p>}
      </div>
      <div className="flex gap-2">
        <Button type="button" busy={accept.isPending && "Accepting"} onClick={() => accept.mutate()}>
          Accept
        </Button>
        <Button
          type="button"
          variant="quietDanger"
          busy={discard.isPending && "Throwing away"}
          onClick={() => discard.mutate()}
        >
          Throw away
        </Button>
      </div>
    </li>
  );
}
