import { useBlocker } from "@tanstack/react-router";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";

/** Asks before unsaved changes are left behind. */
export function LeaveDrafts({ dirty }: { dirty: boolean }) {
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  if (leaving.status !== "blocked") return null;
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && leaving.reset()}
      title="Leave without saving?"
      footer={
        <>
          <Button onClick={leaving.reset}>Stay</Button>
          <Button variant="danger" onClick={leaving.proceed}>
            Leave
          </Button>
        </>
      }
    >
      <p className="text-cell text-fg-2">The changes to roles that you have not saved are lost.</p>
    </Overlay>
  );
}
