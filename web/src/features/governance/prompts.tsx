/** Which versions of the prompts are in use, by share, and how they do beside each other. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { put } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { AiPrompt, PromptComparison } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { told } from "@/components/ui/toast";
import { number } from "@/lib/format";
import { interval, MEASURES, VERDICTS } from "./quality-words";
import { promptsQuery } from "./queries";

export function Prompts({ prompts, comparisons }: { prompts: AiPrompt[]; comparisons: PromptComparison[] }) {
  return (
    <Card title="Prompts">
      {prompts.map((prompt) => (
        <section
          key={`${prompt.name}${prompt.version}`}
          aria-label={prompt.name}
          className="flex flex-col gap-3 border-b border-line px-4 py-3 last:border-0"
        >
          <Shares prompt={prompt} />
          {comparisons
            .filter((comparison) => comparison.prompt === prompt.name)
            .map((comparison) => (
              <Compared key={comparison.second} comparison={comparison} />
            ))}
        </section>
      ))}
    </Card>
  );
}

function Shares({ prompt }: { prompt: AiPrompt }) {
  const client = useQueryClient();
  const mayWrite = useMay("guardrail", "update");
  const before = Object.fromEntries(prompt.shares.map(({ version, percent }) => [version, String(percent)]));
  const [wanted, setWanted] = useState<Record<string, string>>(before);
  const shares = prompt.versions
    .map(({ version }) => ({ version, percent: Number(wanted[version] ?? 0) }))
    .filter(({ percent }) => percent !== 0);
  const sum = shares.reduce((all, { percent }) => all + percent, 0);
  const changed = prompt.versions.some(({ version }) => (wanted[version] ?? "0") !== (before[version] ?? "0"));
  const save = useMutation({
    mutationFn: () =>
      put("/prompts/{name}", { path: { name: prompt.name }, ifMatch: prompt.version, body: { shares } }),
    onSuccess: () => told("In use from the next conversation on"),
    onSettled: () => client.invalidateQueries({ queryKey: promptsQuery().queryKey }),
  });
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <p className="text-cell text-fg">
        {prompt.name} <span className="text-fg-3">{prompt.about}</span>
      </p>
      {prompt.versions.map((version) => (
        <div key={version.id} className="flex flex-wrap items-start gap-x-3 gap-y-1">
          <label className="flex items-center gap-1.5 text-cell text-fg-2">
            <Input
              className="w-16 text-right tnum"
              inputMode="numeric"
              aria-label={`Share of ${version.id} in percent`}
              disabled={!mayWrite}
              value={wanted[version.version] ?? "0"}
              onChange={(e) => setWanted({ ...wanted, [version.version]: e.target.value })}
            />
            %
          </label>
          <details className="min-w-0 flex-1 basis-56 py-1.5 text-cell">
            <summary className="cursor-pointer text-fg-2">
              {version.id}: {version.about}
            </summary>
            <pre className="max-h-80 overflow-auto pt-2 text-meta whitespace-pre-wrap text-fg-2">{version.text}</pre>
          </details>
        </div>
      ))}
      {mayWrite && changed && (
        <p className="flex flex-wrap items-center gap-3">
          <Button type="submit" size="row" disabled={sum !== 100} busy={save.isPending && "Saving"}>
            Use these shares
          </Button>
          {sum !== 100 && (
            <span className="text-meta text-fg-3">Together 100 %, not {Number.isNaN(sum) ? "that" : number(sum)}</span>
          )}
        </p>
      )}
      {save.error && (
        <p role="alert" className="text-meta text-bad-text">
          {sentence(save.error)}
        </p>
      )}
    </form>
  );
}

/** With intervals at 95 %; a difference is said only where they do not touch. */
function Compared({ comparison }: { comparison: PromptComparison }) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full min-w-[34rem] text-cell">
        <thead>
          <tr className="text-left text-meta text-fg-3">
            <th className="py-1 pr-3 font-medium">
              <span className="sr-only">Measure</span>
            </th>
            <th className="py-1 pr-3 font-medium">{comparison.first}</th>
            <th className="py-1 pr-3 font-medium">{comparison.second}</th>
            <th className="py-1 font-medium">
              <span className="sr-only">Verdict</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {comparison.measures.map(({ measure, first, second, verdict }) => (
            <tr key={measure} className="border-t border-line">
              <th scope="row" className="py-1.5 pr-3 text-left font-normal text-fg-2">
                {MEASURES[measure]}
              </th>
              <td className="py-1.5 pr-3 tnum">{interval(first)}</td>
              <td className="py-1.5 pr-3 tnum">{interval(second)}</td>
              <td className="py-1.5">
                <Badge kind={VERDICTS[verdict].kind}>{VERDICTS[verdict].label}</Badge>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
