import { useQuery } from "@tanstack/react-query";
import type { AiStatus } from "@/api/types";
import { Progress } from "@/components/ui/states";
import { bytes } from "@/lib/format";
import { aiStatusQuery } from "./use-conversation";

function where(status: AiStatus): string {
  if (status.mode === "off" || status.state === "off") return "No model: common requests are answered without one.";
  if (status.state === "unavailable") return "The model does not answer: common requests are answered without it.";
  if (status.state === "starting") return "The model is starting.";
  if (status.state === "downloading") return "The model is being fetched; common requests work already.";
  return status.mode === "local" ? "Runs on your server." : `Runs at ${status.model ?? "your provider"}.`;
}

/** Where the model runs, what is still being fetched, and that nothing changes until approved. */
export function ModelState() {
  const { data } = useQuery(aiStatusQuery());
  if (!data) return null;
  const open = data.downloads.filter((d) => d.state !== "done");
  return (
    <div className="flex flex-col gap-1.5 px-3 pt-1.5 pb-3 text-center text-meta text-fg-3">
      {open.map((d) => (
        <div key={d.name} className="flex flex-col gap-1 text-left">
          <span className="flex justify-between gap-2">
            <span className="truncate">{d.label}</span>
            <span className="shrink-0 tnum">
              {d.state === "failed" ? (
                <span className="text-bad-text">{d.error ?? "failed"}</span>
              ) : (
                `${bytes(d.done_bytes)} of ${bytes(d.total_bytes)}`
              )}
            </span>
          </span>
          <Progress value={d.done_bytes} max={d.total_bytes} label={`Fetching ${d.label}`} />
        </div>
      ))}
      <p title={data.message ?? undefined}>{where(data)} Changes are proposed first.</p>
    </div>
  );
}
