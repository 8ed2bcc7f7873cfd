import { useMutation } from "@tanstack/react-query";
import { remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { User } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";

interface Step {
  title: string;
  text: string;
  label: string;
  /** What is told afterwards. */
  run: () => Promise<string>;
}

const sessions = (ended: number) => (ended === 1 ? "1 session ended" : `${ended} sessions ended`);

const STEPS: Record<"end-sessions" | "reset-factor", (user: User) => Step> = {
  "end-sessions": (user) => ({
    title: `End the sessions of ${user.name}?`,
    text: "They are signed out on every device at their next click, and may sign in again. API keys go on.",
    label: "End sessions",
    run: async () => sessions((await remove("/users/{id}/sessions", { path: { id: user.id } })).data.ended),
  }),
  "reset-factor": (user) => ({
    title: `Take away the second factor of ${user.name}?`,
    text: "For somebody who has lost their device: authenticator app, passkeys and recovery codes are removed, and their sessions end. They sign in by their password alone and may set up another. They get a letter that says so.",
    label: "Take it away",
    run: async () => {
      await remove("/users/{id}/second-factor", { path: { id: user.id } });
      return `${user.name} has no second factor any more`;
    },
  }),
};

function words(error: unknown): string {
  if (isApiError(error, "not_found")) return "They have no second factor.";
  return sentence(error);
}

/** What an administrator does about how somebody gets in. */
export function PersonAccess({ user, what, onClose }: { user: User; what: keyof typeof STEPS; onClose: () => void }) {
  const step = STEPS[what](user);
  const run = useMutation({
    mutationFn: step.run,
    onSuccess: (done) => {
      onClose();
      told(done);
    },
  });
  const cancelled = isApiError(run.error, "reauthentication_required");
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={step.title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" busy={run.isPending && "One moment"} onClick={() => run.mutate()}>
            {step.label}
          </Button>
        </>
      }
    >
      {run.error && !cancelled && (
        <p role="alert" className="mb-2 text-cell text-bad-text">
          {words(run.error)}
        </p>
      )}
      <p className="text-cell text-fg-2">{step.text}</p>
    </Overlay>
  );
}
