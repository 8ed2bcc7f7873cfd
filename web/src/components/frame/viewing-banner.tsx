import { useMutation } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMe } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { failed } from "@/components/ui/toast";

/** Stands over every page while somebody looks at the app as another person. */
export function ViewingBanner() {
  const me = useMe();
  const stop = useMutation({
    mutationFn: () => remove("/view-as"),
    // Nothing that was read as the other may stay: the app begins anew.
    onSuccess: () => window.location.assign("/admin/people"),
    onError: (error) => failed("You are still viewing", sentence(error)),
  });
  if (!me.viewer) return null;
  return (
    <div
      role="status"
      className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-dashed border-line-control bg-warn-soft px-4 py-1 text-cell text-warn-text md:px-5"
    >
      <Eye className="size-4 shrink-0" aria-hidden />
      <p className="min-w-0 flex-1">
        <strong className="font-semibold">{me.viewer.name}</strong>, you see the app as{" "}
        <strong className="font-semibold">{me.user.name}</strong> does. Nothing can be changed.
      </p>
      <Button size="row" className="max-md:h-9" busy={stop.isPending && "Stopping"} onClick={() => stop.mutate()}>
        Stop viewing
      </Button>
    </div>
  );
}
