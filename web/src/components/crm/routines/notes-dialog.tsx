/** Notes or a transcript of a meeting become proposed tasks, each for a yes of its own. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Proposal, Ref, SubjectType } from "@/api/types";
import { ProposalCard } from "@/components/crm/proposal-card";
import { useDecide } from "@/components/crm/proposal-decide";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { failed } from "@/components/ui/toast";
import { plural, today } from "@/lib/format";

const KINDS = ".txt,.md,.vtt,.srt,.docx,.odt,.pdf,.eml";

export function NotesDialog(props: { about?: Ref & { type: SubjectType }; onClose: () => void }) {
  const { about } = props;
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [heldOn, setHeldOn] = useState(today());
  const read = useMutation({
    mutationFn: () =>
      post("/action-items", {
        body: { text, held_on: heldOn || null, about: about ? { type: about.type, id: about.id } : null },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["proposals"] }),
    onSettled: () => client.invalidateQueries({ queryKey: ["routine-results"] }),
  });
  const found = read.data?.data;
  return (
    <Overlay
      open
      shape="wide"
      onOpenChange={(open) => !open && props.onClose()}
      title="Tasks from meeting notes"
      description={
        about
          ? `They will be about ${about.name}. Nothing is made before you say yes.`
          : "Nothing is made before you say yes."
      }
      footer={
        found ? (
          <Button variant="primary" onClick={props.onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={props.onClose}>Cancel</Button>
            <Button
              variant="primary"
              disabled={text.trim() === ""}
              busy={read.isPending && "Reading"}
              onClick={() => read.mutate()}
            >
              Find tasks
            </Button>
          </>
        )
      }
    >
      {found ? (
        <Found proposals={found.proposals} notes={found.lines.map((line) => line.text)} />
      ) : (
        <div className="flex flex-col gap-3">
          <Field
            label="Notes or transcript"
            required
            error={read.error ? sentence(read.error) : undefined}
            hint="Plain text, Markdown, or captions. Who does what by when is read by rules, on this server alone."
          >
            {(w) => (
              <Textarea
                {...w}
                autoFocus
                rows={12}
                value={text}
                maxLength={200_000}
                placeholder={"Anna: I’ll send the offer by Friday.\n\nNext steps:\n- Ben to book the demo"}
                onChange={(e) => setText(e.target.value)}
              />
            )}
          </Field>
          <div className="flex flex-wrap items-end gap-3">
            <div className="w-44">
              <Field label="Day of the meeting">
                {(w) => <Input {...w} type="date" value={heldOn} onChange={(e) => setHeldOn(e.target.value)} />}
              </Field>
            </div>
            <FromFile onText={setText} />
          </div>
        </div>
      )}
    </Overlay>
  );
}

function FromFile({ onText }: { onText: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const take = useMutation({
    mutationFn: async (file: File) => {
      const body = new FormData();
      body.set("file", file);
      return (await post("/action-items/text", { body: body })).data.text;
    },
    onSuccess: onText,
    onError: (error) => failed("The file was not read", sentence(error)),
  });
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={KINDS}
        aria-label="A file of notes"
        className="sr-only"
        onChange={(e) => {
          const file = e.target.files?.[0];
          if (file) take.mutate(file);
          e.target.value = "";
        }}
      />
      <Button busy={take.isPending && "Reading"} onClick={() => input.current?.click()}>
        <FileUp /> From a file
      </Button>
    </>
  );
}

function Found({ proposals, notes }: { proposals: Proposal[]; notes: string[] }) {
  const { approve } = useDecide();
  const [asked, setAsked] = useState(false);
  if (proposals.length === 0)
    return (
      <p className="text-cell text-fg-3">
        Nothing in these notes reads like something to do. Lines such as “Anna to send the offer by Friday”, “I’ll call
        them”, or bullets under “Next steps” are found.
      </p>
    );
  const all = async () => {
    setAsked(true);
    for (const proposal of proposals) await approve.mutateAsync({ proposal }).catch(() => undefined);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-0 flex-1 text-cell text-fg-2">
          {plural(proposals.length, "thing")} to do. The words are from the notes: check them.
        </p>
        {!asked && <Button onClick={() => void all()}>Approve all</Button>}
      </div>
      {proposals.map((proposal, at) => (
        <div key={proposal.id} className="flex flex-col gap-1">
          {notes[at]?.includes("so it is for you") && <p className="text-meta text-fg-3">{notes[at]}</p>}
          <ProposalCard proposal={proposal} />
        </div>
      ))}
    </div>
  );
}
