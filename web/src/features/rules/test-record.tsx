import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { RuleObject } from "@/api/types";
import { Combobox } from "@/components/ui/combobox";
import { Card } from "@/components/ui/states";
import { plain } from "@/lib/format";
import { useRested } from "@/lib/hooks";
import { recordsQuery, type Found } from "./queries";

const shown = (value: unknown): string =>
  value === null ? "missing" : Array.isArray(value) ? value.join(", ") || "none" : plain(value);

/** What the rule makes of one record, with the value of each fact. */
export function TestRecord({ object, expression }: { object: RuleObject; expression: string }) {
  const [text, setText] = useState("");
  const [record, setRecord] = useState<Found | null>(null);
  const records = useQuery(recordsQuery(object, useRested(text.trim(), 150)));
  const test = useMutation({
    mutationFn: async (id: string) => (await post("/rules/test", { body: { object, expression, record_id: id } })).data,
  });
  const pick = (id: string | null) => {
    const found = records.data?.find((r) => r.id === id) ?? record;
    setRecord(found);
    if (found) test.mutate(found.id);
  };
  return (
    <Card title="Test against a record">
      <div className="flex flex-col gap-3 px-4 py-3">
        <Combobox
          label={record?.name ?? <span className="text-fg-3">Choose a record</span>}
          choices={(records.data ?? []).map((r) => ({ value: r.id, label: r.name }))}
          busy={records.isFetching}
          value={record?.id ?? null}
          onSearch={setText}
          onChange={pick}
          className="max-w-sm"
        />
        <div role="status">
          {test.error && <p className="text-cell text-bad-text">{sentence(test.error)}</p>}
          {test.data && (
            <div className="flex flex-col gap-2 text-cell">
              {test.data.error ? (
                <p className="text-bad-text">It can’t be evaluated: {test.data.error}.</p>
              ) : test.data.result ? (
                <p className="flex items-center gap-1 text-ok-text">
                  <CircleCheck className="size-4" aria-hidden /> The record meets the rule.
                </p>
              ) : (
                <p className="flex items-center gap-1 text-bad-text">
                  <CircleX className="size-4" aria-hidden /> The record does not meet the rule.
                </p>
              )}
              <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
                {Object.entries(test.data.facts).map(([name, value]) => (
                  <div key={name} className="contents">
                    <dt className="font-mono text-code text-fg-2">{name}</dt>
                    <dd className={value === null ? "text-fg-3" : "text-fg tnum"}>{shown(value)}</dd>
                  </div>
                ))}
              </dl>
            </div>
          )}
        </div>
      </div>
    </Card>
  );
}
