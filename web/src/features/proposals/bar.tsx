import { Check, X } from "lucide-react";
import { useState } from "react";
import type { Proposal } from "@/api/types";
import type { Work } from "@/components/crm/proposal-many";
import { ProposalOutcomes } from "@/components/crm/proposal-outcomes";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { number } from "@/lib/format";
import { useKeys } from "@/lib/keys";

/** What is done with those that are chosen; while it is done, how far it is. */
export function ManyBar(props: {
  chosen: Proposal[];
  /** Said of them quietly. */
  aside: string;
  work: Work | null;
  onDecide: (verb: "approve" | "reject", reason: string) => void;
  onStop: () => void;
  onClear: () => void;
}) {
  const { chosen, work } = props;
  const working = work !== null && !work.over;
  useKeys({ Escape: props.onClear });
  if (chosen.length === 0 && !working) return null;
  return (
    <div
      role="region"
      aria-label="Selected proposals"
      className="sticky bottom-3 z-20 mx-auto mt-auto flex min-h-11 w-fit max-w-full animate-rise items-center gap-2 rounded-xl bg-surface px-3 py-1.5 shadow-3"
    >
      {working ? (
        <div className="w-80 max-w-full">
          <ProposalOutcomes work={work} onStop={props.onStop} onClose={props.onClear} />
        </div>
      ) : (
        <Decide {...props} />
      )}
    </div>
  );
}

function Decide(props: Parameters<typeof ManyBar>[0]) {
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState("");
  const count = number(props.chosen.length);
  if (rejecting) {
    return (
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(e) => {
          e.preventDefault();
          props.onDecide("reject", reason.trim());
        }}
      >
        <Input
          autoFocus
          aria-label="Why (optional)"
          placeholder="Why? (optional)"
          maxLength={2000}
          className="min-w-48 flex-1"
          value={reason}
          onChange={(e) => setReason(e.target.value)}
        />
        <Button type="submit" variant="danger">
          Reject {count}
        </Button>
        <Button variant="quiet" onClick={() => setRejecting(false)}>
          Keep
        </Button>
      </form>
    );
  }
  return (
    <>
      <span className="pr-2 text-cell whitespace-nowrap tnum">
        <span className="font-medium text-fg">{count} selected</span>{" "}
        <span className="text-fg-3 max-md:hidden">{props.aside}</span>
      </span>
      <Button variant="primary" onClick={() => props.onDecide("approve", "")}>
        <Check /> Approve {count}
      </Button>
      <Button onClick={() => setRejecting(true)}>Reject…</Button>
      <Button variant="quiet" size="icon" aria-label="Clear the selection" onClick={props.onClear}>
        <X />
      </Button>
    </>
  );
}
