import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { ApprovalWhole } from "@/api/types";
import { Door } from "@/components/frame/door";
import { SkeletonRows } from "@/components/ui/states";
import { date } from "@/lib/format";
import { takeToken } from "@/lib/link-token";
import { Changes } from "./changes";
import { DecideBar } from "./decide-bar";
import type { Word } from "./use-decide";

const linkQuery = (token: string) =>
  queryOptions({
    queryKey: ["approval-link", token],
    queryFn: async () => (await post("/approval-links", { body: { token } })).data,
    retry: false,
    staleTime: Infinity,
  });

/** Where a letter leads: shows what is asked, and decides by a click, once. Opening it decides nothing. */
export function ApprovalLinkPage() {
  const [token] = useState(takeToken);
  const { data, error } = useQuery({ ...linkQuery(token), enabled: token !== "" });
  const decide = useMutation({
    mutationFn: (word: Word) => post("/approval-links/decision", { body: { token, ...word } }),
  });
  if (decide.data) return <Done whole={decide.data.data} />;
  if (token !== "" && !error && !data) {
    return (
      <Door title="One moment">
        <SkeletonRows rows={3} />
      </Door>
    );
  }
  if (!data) {
    return (
      <Door title="This link is no good any more">
        <p className="mb-4 text-body text-fg-2 first-letter:uppercase" role="alert">
          {error ? sentence(error) : "This link has expired or was used; sign in to decide."}
        </p>
        <SignIn />
      </Door>
    );
  }
  const { approval: a } = data;
  return (
    <Door title={a.definition.name} text={`${a.subject.name}, asked by ${a.requested_by.name}`}>
      <div className="flex flex-col gap-4">
        {a.reason && <p className="text-body break-words whitespace-pre-line text-fg">{a.reason}</p>}
        <Changes changes={a.changes} />
        {decide.error && (
          <p role="alert" className="text-cell text-bad-text">
            {sentence(decide.error)}
          </p>
        )}
        <DecideBar busy={decide.isPending} onSay={(word) => decide.mutate(word)} />
        <p className="text-meta text-fg-3">
          You decide as {data.name} at {data.organisation}. Until {date(data.expires_at.slice(0, 10))} the link is good
          once.
        </p>
        <SignIn />
      </div>
    </Door>
  );
}

function Done({ whole }: { whole: ApprovalWhole }) {
  const said = whole.status === "rejected" ? "It is rejected." : "You have approved it.";
  return (
    <Door title="Thank you">
      <p role="status" className="mb-4 text-body text-fg-2">
        {said} {whole.status === "pending" && "Others are asked too."}
      </p>
      <SignIn />
    </Door>
  );
}

const SignIn = () => (
  <Link to="/approvals" search={{}} className="text-cell text-accent-text hover:underline">
    All approvals
  </Link>
);
