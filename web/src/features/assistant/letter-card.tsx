import { useQuery } from "@tanstack/react-query";
import { Check, Copy, Mail } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import type { DraftUse, EmailDraft } from "@/api/types";
import { useMay } from "@/api/shared";
import { mailAddressQuery } from "@/components/crm/write-email";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { useCopy } from "@/components/ui/use-copy";
import { mailto } from "@/lib/mailto";

/** A letter that nobody has sent: to be read, changed, and sent from the person's own mail program. */
export function LetterCard({ letter, of }: { letter: EmailDraft; of: { run: string; n: number } }) {
  const [subject, setSubject] = useState(letter.subject);
  const [body, setBody] = useState(letter.body);
  const { copied, copy } = useCopy();
  // That it was used is counted in passing: nobody waits for it, and nothing is lost without it.
  const used = (how: DraftUse["how"]) =>
    post("/agent-runs/{id}/drafts/{n}/uses", { path: { id: of.run, n: of.n }, body: { how } }).catch(() => undefined);
  const mayLog = useMay("activity", "create");
  const { data: address } = useQuery({ ...mailAddressQuery(), enabled: mayLog });
  return (
    <section
      aria-label={`Draft to ${letter.to_name}`}
      className="flex flex-col gap-2 rounded-xl border border-line-strong bg-surface p-3"
    >
      <p className="flex flex-wrap items-baseline gap-x-2 text-meta text-fg-3">
        <span className="font-medium text-fg">Draft</span> to {letter.to_name} ({letter.to})
      </p>
      <Field label="Subject">
        {(wiring) => <Input {...wiring} value={subject} onChange={(e) => setSubject(e.target.value)} />}
      </Field>
      <Field label="Text">
        {(wiring) => <Textarea {...wiring} rows={9} value={body} onChange={(e) => setBody(e.target.value)} />}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button asChild size="card" variant="primary">
          <a
            href={mailto({ to: letter.to, bcc: address?.address, subject, body })}
            title="Opens your own mail program"
            onClick={() => void used("opened")}
          >
            <Mail /> Open in your mail
          </a>
        </Button>
        <Button
          size="card"
          onClick={() => {
            void copy(`${subject}\n\n${body}`);
            void used("copied");
          }}
        >
          {copied ? <Check /> : <Copy />} {copied ? "Copied" : "Copy"}
        </Button>
      </div>
    </section>
  );
}
