import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { LinkHolder } from "@/api/types";
import { SkeletonRows } from "@/components/ui/states";
import { takeToken } from "@/lib/link-token";
import { Door } from "@/components/frame/door";

const holderQuery = (token: string) =>
  queryOptions({
    queryKey: ["one-time-link", token],
    queryFn: async () => (await post("/one-time-links", { body: { token } })).data,
    retry: false,
  });

/** A page that a letter leads to: shows it to whom the link is for, or says that the link is no good. */
export function ByLink(props: {
  purpose: LinkHolder["purpose"];
  children: (token: string, holder: LinkHolder) => ReactNode;
}) {
  const [token] = useState(takeToken);
  const { data, error } = useQuery({ ...holderQuery(token), enabled: token !== "" });
  if (data?.purpose === props.purpose) return props.children(token, data);
  if (token !== "" && !error && !data) {
    return (
      <Door title="One moment">
        <SkeletonRows rows={2} />
      </Door>
    );
  }
  return (
    <Door title="This link is no good any more">
      <p className="mb-4 text-body text-fg-2" role="alert">
        {error ? sentence(error) : "This link has expired or was used; ask for a new one."}
      </p>
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-cell">
        <Link to="/sign-in" search={{}} className="text-accent-text hover:underline">
          Sign in
        </Link>
        {props.purpose === "password_reset" && (
          <Link to="/forgot-password" className="text-accent-text hover:underline">
            Ask for a new link
          </Link>
        )}
      </p>
    </Door>
  );
}
