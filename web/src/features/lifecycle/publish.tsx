import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";

/** Moves all open deals over, as often as it takes. */
export async function adoptAll(id: string): Promise<number> {
  let moved = 0;
  for (;;) {
    const { data } = await post("/pipelines/{id}/lifecycle/adoption", { path: { id }, body: {} });
    moved += data.moved;
    if (!data.more) return moved;
  }
}

export function Publish(props: {
  id: string;
  draft: number;
  changes: string[];
  onDone: () => void;
  onClose: () => void;
}) {
  const [note, setNote] = useState("");
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async () => {
    setBusy(true);
    try {
      const path = { id: props.id };
      const { data } = await post("/pipelines/{id}/lifecycle/versions", { path, body: { note, version: props.draft } });
      const moved = over ? await adoptAll(props.id) : 0;
      told(`Version ${data.number} is in force${over ? `, and ${moved} open deals run under it` : " for new deals"}`);
      props.onDone();
    } catch (problem) {
      setError(sentence(problem));
      setBusy(false);
    }
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title="Publish"
      description="New deals run under it from now on."
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="publish-lifecycle" busy={busy && "Publishing"}>
            Publish
          </Button>
        </>
      }
    >
      <form
        id="publish-lifecycle"
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <ul aria-label="Changes" className="list-disc pl-5 text-cell text-fg-2">
          {props.changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
          {props.changes.length === 0 && <li>Nothing has changed.</li>}
        </ul>
        <Field label="Note" error={error} hint="Why, for those who come later.">
          {(w) => <Textarea {...w} value={note} maxLength={2000} onChange={(e) => setNote(e.target.value)} />}
        </Field>
        <label className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
          <Checkbox checked={over} onCheckedChange={(on) => setOver(on === true)} />
          Move all open deals over to it
        </label>
        {!over && <p className="text-meta text-fg-3">Deals that are there go on under the version they began with.</p>}
      </form>
    </Overlay>
  );
}
