/** Reactions to a note: who reacted how, and one's own. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { SmilePlus } from "lucide-react";
import { put, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMe } from "@/api/shared";
import type { Activity, Reaction } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { failed } from "@/components/ui/toast";
import { cn } from "@/lib/cn";
import { number } from "@/lib/format";

const SIGNS: Record<Reaction, { sign: string; label: string }> = {
  thumbs_up: { sign: "👍", label: "Thumbs up" },
  heart: { sign: "❤️", label: "Heart" },
  celebrate: { sign: "🎉", label: "Celebrate" },
  laugh: { sign: "😄", label: "Laugh" },
  eyes: { sign: "👀", label: "Eyes" },
  done: { sign: "✅", label: "Done" },
};

export function Reactions({ activity }: { activity: Activity }) {
  const client = useQueryClient();
  const { user, viewer } = useMe();
  const set = useMutation({
    mutationFn: ({ reaction, on }: { reaction: Reaction; on: boolean }) => {
      const at = { path: { id: activity.id, reaction } };
      return on
        ? put("/activities/{id}/reactions/{reaction}", at)
        : remove("/activities/{id}/reactions/{reaction}", at);
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["timeline"] }),
    onError: (error) => failed("The reaction was not kept", sentence(error)),
  });
  const mine = (reaction: Reaction) =>
    activity.reactions.some((r) => r.reaction === reaction && r.people.some((p) => p.id === user.id));
  return (
    <div className="mt-1 flex flex-wrap items-center gap-1">
      {activity.reactions.map(({ reaction, people }) => (
        <button
          key={reaction}
          type="button"
          disabled={Boolean(viewer)}
          aria-pressed={mine(reaction)}
          aria-label={`${SIGNS[reaction].label}: ${people.map((p) => p.name).join(", ")}`}
          title={people.map((p) => p.name).join(", ")}
          onClick={() => set.mutate({ reaction, on: !mine(reaction) })}
          className={cn(
            "flex h-6 items-center gap-1 rounded-full border px-2 text-meta pointer-coarse:h-9",
            mine(reaction) ? "border-accent bg-accent-soft text-accent-text" : "border-line-strong text-fg-2",
          )}
        >
          <span aria-hidden>{SIGNS[reaction].sign}</span> <span className="tnum">{number(people.length)}</span>
        </button>
      ))}
      {!viewer && (
        <Menu
          trigger={
            <Button variant="quiet" size="iconRow" aria-label="React" className="text-fg-3 pointer-coarse:size-9">
              <SmilePlus />
            </Button>
          }
          items={(Object.keys(SIGNS) as Reaction[]).map((reaction) => ({
            label: SIGNS[reaction].label,
            icon: <span aria-hidden>{SIGNS[reaction].sign}</span>,
            checked: mine(reaction),
            run: () => set.mutate({ reaction, on: !mine(reaction) }),
          }))}
        />
      )}
    </div>
  );
}
