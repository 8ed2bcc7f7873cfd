import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { ClaimedDomain } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { Card } from "@/components/ui/states";
import { told } from "@/components/ui/toast";
import { dateTime } from "@/lib/format";
import { domainsQuery } from "../queries";

/** Whether the provider's domains are proved to be ours, and how to prove one. */
export function Domains({ domains }: { domains: string[] }) {
  const claimed = useQuery(domainsQuery()).data ?? [];
  const ours = claimed.filter((d) => domains.includes(d.domain));
  if (ours.length === 0) return null;
  return (
    <Card title="Proof of the domains">
      <ul className="divide-y divide-line">
        {ours.map((d) => (
          <li key={d.domain} className="flex flex-col gap-3 px-4 py-3">
            <Domain claimed={d} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Domain({ claimed }: { claimed: ClaimedDomain }) {
  const client = useQueryClient();
  const { domain } = claimed;
  const verify = useMutation({
    mutationFn: () => post("/domains/{domain}/verification", { path: { domain } }),
    onSuccess: () => told(`${domain} is verified`),
    onSettled: () => client.invalidateQueries({ queryKey: domainsQuery().queryKey }),
  });
  const head = (
    <p className="flex flex-wrap items-center gap-2 text-cell">
      <span className="font-medium text-fg">{domain}</span>
      {claimed.verified_at ? <Badge kind="ok">Verified</Badge> : <Badge kind="warn">Not verified</Badge>}
      <span className="text-meta text-fg-3">
        {claimed.proof === "sole" && "No proof needed: it was claimed by the only organisation of this server."}
        {claimed.proof === "dns" && claimed.verified_at && `By its DNS record, ${dateTime(claimed.verified_at)}.`}
      </span>
    </p>
  );
  if (claimed.verified_at) return head;
  const problem = verify.isError ? sentence(verify.error) : claimed.problem;
  return (
    <>
      {head}
      <p className="text-cell text-fg-3">
        Nobody of this domain can sign in with the provider yet. Add this TXT record to its DNS, then verify; a new
        record can take a while to be seen.
      </p>
      <Copyable label="Name" value={claimed.record_name} />
      <Copyable label="Value" value={claimed.record_value} />
      {problem && (
        <p role="alert" className="text-cell text-bad-text">
          {problem}
        </p>
      )}
      <Button
        className="self-start"
        aria-label={`Verify ${domain}`}
        busy={verify.isPending && "Asking the DNS"}
        onClick={() => verify.mutate()}
      >
        Verify
      </Button>
    </>
  );
}
