/** The browsers that show my notifications: this one is turned on here, and nowhere else. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import type { PushSubscription as Kept } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { isPhone } from "@/lib/device";
import { ago, dateTime } from "@/lib/format";
import { pushQuery, usePush } from "./query";
import { ADVICE } from "./readiness";

export function PushCard() {
  const { key, items, here, state } = useSuspenseQuery(pushQuery()).data;
  const { on, off, test } = usePush();
  return (
    <Card
      title="Notifications in browsers"
      aside={
        key !== null &&
        state === "ready" &&
        !here && (
          <Button size="card" variant="primary" busy={on.isPending && "Asking"} onClick={() => on.mutate(key)}>
            Turn on in this browser
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-1 px-4 py-3 text-cell text-fg-2">
        {state === "ready" ? (
          <p>
            {here
              ? "This browser shows your notifications, also while Dealwright is closed. Signing out turns it off."
              : "Turn it on, and this browser shows your notifications, also while Dealwright is closed. It asks you first."}
          </p>
        ) : (
          <p role="note">{ADVICE[state]}</p>
        )}
      </div>
      {items.length > 0 && (
        <ul aria-label="Browsers that show notifications" className="divide-y divide-line border-t border-line">
          {items.map((one) => (
            <Device
              key={one.id}
              one={one}
              busy={off.isPending || test.isPending}
              onTest={() => test.mutate(one)}
              onRemove={() => off.mutate(one)}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Device(props: { one: Kept; busy: boolean; onTest: () => void; onRemove: () => void }) {
  const { one } = props;
  const Glyph = isPhone(one.device) ? Smartphone : Monitor;
  const name = one.current ? "this browser" : one.device;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      <Glyph className="size-5 shrink-0 text-fg-3" strokeWidth={1.75} aria-hidden />
      <div className="min-w-0 flex-1 basis-40">
        <p className="flex flex-wrap items-center gap-x-2 text-cell font-medium text-fg">
          {one.device} {one.current && <Badge kind="selected">This browser</Badge>}
        </p>
        <p className="text-meta text-fg-3">
          since {dateTime(one.created_at)}
          {one.last_used_at && ` · last one ${ago(one.last_used_at)}`}
        </p>
      </div>
      <div className="flex gap-2">
        <Button size="card" aria-label={`Send a test to ${name}`} disabled={props.busy} onClick={props.onTest}>
          Send a test
        </Button>
        <Button
          size="card"
          variant="danger"
          aria-label={`Turn off in ${name}`}
          disabled={props.busy}
          onClick={props.onRemove}
        >
          Turn off
        </Button>
      </div>
    </li>
  );
}
