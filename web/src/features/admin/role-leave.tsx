import { useBlocker } from "@tanstack/react-router";
import { Confirm } from "@/components/ui/confirm";

/** Asks before unsaved changes are left behind. */
export function LeaveDrafts({ dirty }: { dirty: boolean }) {
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  if (leaving.status !== "blocked") return null;
  return (
    <Confirm title="Leave without saving?" verb="Leave" stay="Stay" onConfirm={leaving.proceed} onClose={leaving.reset}>
      <p>The changes to roles that you have not saved are lost.</p>
    </Confirm>
  );
}
