import { useMutation } from "@tanstack/react-query";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { User } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";

export function ViewAs({ user, onClose }: { user: User; onClose: () => void }) {
  const start = useMutation({
    mutationFn: () => post("/view-as", { body: { user_id: user.id } }),
    // What was read as oneself must not be seen as the other: the app begins anew.
    onSuccess: () => window.location.assign("/"),
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={`View the app as ${user.name}?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={start.isPending && "Opening"} onClick={() => start.mutate()}>
            View as {user.name}
          </Button>
        </>
      }
    >
      {start.isError && (
        <p role="alert" className="mb-2 text-cell text-bad-text">
          {sentence(start.error)}
        </p>
      )}
      <ul className="flex list-disc flex-col gap-1 pl-4 text-cell text-fg-2">
        <li>You see what they see, but not their conversations with the assistant.</li>
        <li>You can change nothing until you stop.</li>
        <li>Start and end are in the audit log, with your name and theirs.</li>
      </ul>
    </Overlay>
  );
}
