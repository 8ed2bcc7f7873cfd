import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useEffect } from "react";
import { post } from "@/api/client";
import { useMay } from "@/api/shared";
import type { MatchObject } from "@/api/types";
import { Button } from "@/components/ui/button";
import { dateTime, number, plural } from "@/lib/format";
import { duplicatesQuery, sweepQuery } from "./queries";
import { useSave } from "./use-save";

/** Looks through all records of an object, and says how far it is. */
export function Sweep({ object }: { object: MatchObject }) {
  const client = useQueryClient();
  const may = useMay("rule", "update");
  const last = useQuery({ ...sweepQuery(object), enabled: useMay("rule", "read") }).data;
  const finished = last?.finished_at;
  // What it found is read once it has ended.
  useEffect(() => {
    if (finished) void client.invalidateQueries({ queryKey: duplicatesQuery(object).queryKey });
  }, [client, object, finished]);
  const begin = useSave(async () => {
    await post("/duplicates/sweeps", { body: { object } });
    await client.invalidateQueries({ queryKey: sweepQuery(object).queryKey });
  });
  const running = last && !finished;
  return (
    <div className="flex flex-wrap items-center gap-3 text-cell text-fg-3">
      {may && (
        <Button busy={running ? "Looking" : false} onClick={() => begin.mutate(undefined)}>
          <Search /> Look through all
        </Button>
      )}
      <p role="status">
        {running &&
          `${number(last.records)} read${last.compared > 0 ? `, ${number(last.compared)} pairs compared` : ""}`}
        {finished && last.status === "done" && (
          <>
            {plural(last.records, "record")} looked through, {plural(last.found, "new pair")} found,{" "}
            {dateTime(finished)}
          </>
        )}
        {last?.status === "failed" && (last.problem ?? "It failed.")}
      </p>
    </div>
  );
}
