import { useMutation } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { ConnectionReport, IdentityProviderKind } from "@/api/types";
import { Button } from "@/components/ui/button";

function Found({ report }: { report: ConnectionReport }) {
  if (!report.ok) {
    return (
      <p role="alert" className="flex items-start gap-1.5 text-cell break-words text-bad-text">
        <CircleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
        {report.problem ?? "The provider could not be tried. Try again."}
      </p>
    );
  }
  const notes = [
    `signs by ${report.algorithms.join(", ")}`,
    report.signs_out ? "signs out there too" : "does not sign out there",
    report.back_channel_logout ? "tells when somebody signs out there" : null,
  ].filter((note) => note !== null);
  return (
    <p role="status" className="flex items-start gap-1.5 text-cell text-ok-text">
      <CircleCheck className="mt-0.5 size-3.5 shrink-0" aria-hidden />
      The provider answers: {notes.join("; ")}.
    </p>
  );
}

/** Reads what the provider publishes, and says what is wrong with it. */
export function TestConnection({ kind, issuer }: { kind: IdentityProviderKind; issuer: string }) {
  const check = useMutation({
    mutationFn: async () => (await post("/identity-providers/check", { body: { kind, issuer } })).data,
  });
  return (
    <div className="flex flex-col items-start gap-2">
      <Button disabled={issuer === ""} busy={check.isPending && "Asking the provider"} onClick={() => check.mutate()}>
        Test connection
      </Button>
      {check.data && <Found report={check.data} />}
      {check.error && (
        <p role="alert" className="text-cell text-bad-text">
          {sentence(check.error)}
        </p>
      )}
    </div>
  );
}
