/** The accounts above one, as a trail. */
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Fragment } from "react";
import type { Ref } from "@/api/types";

export function Parents({ above }: { above: Ref[] }) {
  if (above.length === 0) return null;
  return (
    <nav aria-label="Parent accounts" className="-mt-2 flex flex-wrap items-center gap-1 text-cell text-fg-3">
      {above.map((account) => (
        <Fragment key={account.id}>
          <Link
            to="/accounts/$id"
            params={{ id: account.id }}
            className="max-w-60 truncate hover:text-fg hover:underline"
          >
            {account.name}
          </Link>
          <ChevronRight className="size-3.5 shrink-0" aria-hidden />
        </Fragment>
      ))}
    </nav>
  );
}
