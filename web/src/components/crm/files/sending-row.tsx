/** A file on its way, or that broke off on its way: how far it is, and what can be done about it. */
import { Pause, Play, RotateCw, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/states";
import { bytes } from "@/lib/format";
import { abandon, type Interrupted } from "./interrupted";
import { giveUp, pause, resume, type Sending } from "./sending";

const WORDS: Record<Sending["state"], string> = {
  waiting: "Waiting",
  sending: "Uploading",
  paused: "Paused",
  failed: "Not uploaded",
};

export function SendingRow({ sending: s }: { sending: Sending }) {
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-cell last:border-0">
      <span className="flex min-w-0 flex-1 basis-48 flex-col gap-1">
        <span className="truncate font-medium text-fg">{s.name}</span>
        {s.state === "failed" ? (
          <span role="alert" className="text-meta text-bad-text">
            {s.error}
          </span>
        ) : (
          <span className="text-meta text-fg-3 tnum">
            {WORDS[s.state]} · {bytes(s.sent)} of {bytes(s.size)}
          </span>
        )}
        {s.state !== "failed" && <Progress value={s.sent} max={s.size} label={`Upload of ${s.name}`} />}
      </span>
      {s.state === "sending" && (
        <Button variant="quiet" size="icon" aria-label={`Pause ${s.name}`} onClick={() => pause(s.key)}>
          <Pause />
        </Button>
      )}
      {s.state === "paused" && (
        <Button variant="quiet" size="icon" aria-label={`Go on with ${s.name}`} onClick={() => resume(s.key)}>
          <Play />
        </Button>
      )}
      {s.state === "failed" && s.again && (
        <Button variant="quiet" size="icon" aria-label={`Try ${s.name} again`} onClick={() => resume(s.key)}>
          <RotateCw />
        </Button>
      )}
      <Button variant="quiet" size="icon" aria-label={`Give ${s.name} up`} onClick={() => giveUp(s.key)}>
        <X />
      </Button>
    </li>
  );
}

/** A file whose page was closed before it was there. */
export function InterruptedRow({ upload, onChoose }: { upload: Interrupted; onChoose: () => void }) {
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-cell last:border-0">
      <span className="flex min-w-0 flex-1 basis-48 flex-col gap-1">
        <span className="truncate font-medium text-fg">{upload.name}</span>
        <span className="text-meta text-fg-3">Broke off. Choose the same file again, and it goes on from there.</span>
      </span>
      <Button size="row" onClick={onChoose}>
        Choose it again
      </Button>
      <Button variant="quiet" size="icon" aria-label={`Give ${upload.name} up`} onClick={() => abandon(upload)}>
        <X />
      </Button>
    </li>
  );
}
