/** What language models were asked, and what they answered. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { MessageSquareText } from "lucide-react";
import type { ModelCall } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Card, Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { AdminPage } from "@/features/admin/layout";
import { dateTime, number } from "@/lib/format";
import { callsQuery } from "./queries";

export function CallsPage() {
  const { failed } = useSearch({ from: "/_app/admin/model-calls" });
  const navigate = useNavigate({ from: "/admin/model-calls" });
  const query = useInfiniteQuery(callsQuery({ failed }));
  const calls = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AdminPage
      title="Model calls"
      text="Every call of a language model: for whom, what it took, and what was sent and answered, for as long as the guardrails keep it."
      aside={
        <Select
          aria-label="Which calls"
          className="w-36"
          value={failed === undefined ? "" : String(failed)}
          onChange={(e) =>
            void navigate({ search: e.target.value === "" ? {} : { failed: e.target.value === "true" } })
          }
        >
          <option value="">All calls</option>
          <option value="true">Failed</option>
          <option value="false">Answered</option>
        </Select>
      }
    >
      <Card>
        {query.isPending && <SkeletonRows rows={6} />}
        <ReadFailed query={query} />
        {query.isSuccess && calls.length === 0 && (
          <Empty icon={MessageSquareText} title="No calls">
            Models are asked where the grammar is not sure of a request. Each call will be here.
          </Empty>
        )}
        <ul>
          {calls.map((call) => (
            <Row key={call.id} call={call} />
          ))}
        </ul>
      </Card>
      {query.hasNextPage && (
        <p>
          <Button busy={query.isFetchingNextPage && "Loading"} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </p>
      )}
    </AdminPage>
  );
}

function Row({ call }: { call: ModelCall }) {
  const kept = call.prompt !== null && call.prompt !== undefined;
  return (
    <li className="border-b border-line px-4 py-2 text-cell last:border-0">
      <details>
        <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-0.5">
          <span className="min-w-0 flex-1 basis-48 truncate text-fg">
            {kept ? call.prompt : <span className="text-fg-3">{call.purpose}; not kept</span>}
          </span>
          {call.error && <Badge kind="bad">Failed</Badge>}
          <span className="text-meta text-fg-3">{call.user?.name ?? "Somebody"}</span>
          <span className="text-meta text-fg-3">{call.model}</span>
          <span className="text-meta text-fg-3 tnum">{number(call.latency_ms)} ms</span>
          <span className="text-meta text-fg-3 tnum">{dateTime(call.at)}</span>
        </summary>
        <dl className="grid grid-cols-[7rem_1fr] gap-x-3 gap-y-1 pt-2 text-fg-2">
          {[
            ["Sent", call.prompt],
            ["Answered", call.reply],
            ["Error", call.error],
            ["After the prompt", call.prompt_version],
            ["Tokens", `${number(call.tokens_in)} in, ${number(call.tokens_out)} out`],
            ["Cost", call.cost ?? "not known"],
            ["Personal data", call.redacted ? "replaced" : null],
          ].map(
            ([label, value]) =>
              value && (
                <div key={label} className="contents">
                  <dt className="text-meta text-fg-3">{label}</dt>
                  <dd className="min-w-0 break-words whitespace-pre-wrap">{value}</dd>
                </div>
              ),
          )}
        </dl>
        {call.run_id && (
          <Link
            to="/admin/model-runs/$id"
            params={{ id: call.run_id }}
            className="mt-1 inline-block text-accent-text underline"
          >
            The whole run
          </Link>
        )}
      </details>
    </li>
  );
}
