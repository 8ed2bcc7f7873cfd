import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";
import { plural } from "@/lib/format";
import { readRates } from "./rates";

/** Rates are pasted: one or a thousand lines. */
export function RatesDialog({ base, onClose }: { base: string; onClose: () => void }) {
  const client = useQueryClient();
  const [text, setText] = useState("");
  const { rates, unread } = readRates(text);
  const save = useMutation({
    mutationFn: () => post("/currency-rates", { body: { rates } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["currencies"] });
      told(`Set ${plural(rates.length, "rate")}`);
      onClose();
    },
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add rates"
      description={`A line each: currency, day, and what one of it is worth in ${base}.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={rates.length === 0 || unread.length > 0}
            busy={save.isPending && "Setting"}
            onClick={() => save.mutate()}
          >
            {rates.length === 0 ? "Set rates" : `Set ${plural(rates.length, "rate")}`}
          </Button>
        </>
      }
    >
      <Field
        label="Rates"
        error={
          save.error
            ? sentence(save.error)
            : unread.length > 0
              ? `Can’t read ${plural(unread.length, "line")}: ${unread[0] ?? ""}`
              : undefined
        }
        hint="From a spreadsheet or a CSV file. A rate of the same currency and day is replaced."
      >
        {(w) => (
          <Textarea
            {...w}
            autoFocus
            rows={8}
            value={text}
            placeholder={"GBP, 2026-01-01, 1.1734\nUSD, 2026-01-01, 0.9312"}
            className="font-mono text-code"
            onChange={(e) => setText(e.target.value)}
          />
        )}
      </Field>
    </Overlay>
  );
}
