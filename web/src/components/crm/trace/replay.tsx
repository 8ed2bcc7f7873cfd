/** The same request once more, by another model, the grammar or another version of a prompt, beside what it was. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { NewReplay } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { Beside } from "./beside";
import { replayChoicesQuery, replaysQuery } from "./query";

export function ReplayCard({ id }: { id: string }) {
  const client = useQueryClient();
  const choices = useQuery(replayChoicesQuery());
  const replays = useQuery(replaysQuery(id));
  const [by, setBy] = useState("grammar");
  const [version, setVersion] = useState("");
  const again = useMutation({
    mutationFn: () => {
      const named = by.startsWith("model:") ? by.slice("model:".length) : null;
      const body: NewReplay = {
        planner: named !== null ? "model" : by === "grammar" ? "grammar" : "usual",
        model: named,
        prompt_version: by === "grammar" ? null : version || null,
      };
      return post("/agent-runs/{id}/replays", { path: { id }, body });
    },
    onSettled: () => client.invalidateQueries({ queryKey: replaysQuery(id).queryKey }),
  });
  return (
    <Card title="Run again with…">
      <form
        className="flex flex-wrap items-start gap-2 px-4 py-3"
        onSubmit={(e) => {
          e.preventDefault();
          again.mutate();
        }}
      >
        <Field label="Planned by" className="w-52 max-md:w-full">
          {(w) => (
            <Select {...w} value={by} onChange={(e) => setBy(e.target.value)}>
              <option value="grammar">The grammar alone</option>
              <option value="usual">As it would be asked now</option>
              {(choices.data?.models ?? []).map((model) => (
                <option key={model} value={`model:${model}`}>
                  {model}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {by !== "grammar" && (
          <Field label="With the prompt" className="w-64 max-md:w-full">
            {(w) => (
              <Select {...w} value={version} onChange={(e) => setVersion(e.target.value)}>
                <option value="">The conversation’s version</option>
                {(choices.data?.prompt_versions ?? []).map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.id}: {one.about}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <Button type="submit" className="self-end" busy={again.isPending && "Running"}>
          <RotateCcw /> Run again
        </Button>
        <p className="w-full text-meta text-fg-3">
          With your rights, on the records as they are now. It only reads: what it would propose is shown and not kept.
        </p>
        {again.error && (
          <p role="alert" className="w-full text-cell text-bad-text">
            {sentence(again.error)}
          </p>
        )}
      </form>
      {(replays.data?.items ?? []).map((replay, n) => (
        <Beside key={replay.id} replay={replay} open={n === 0} />
      ))}
    </Card>
  );
}
