import type { MergeField, MergePreview } from "@/api/types";

/** Each field in which two records differ, with a choice between the two values. */
export function MergeFields(props: {
  preview: MergePreview;
  takes: (field: MergeField) => boolean;
  onChoose: (field: string, take: boolean) => void;
}) {
  const { preview } = props;
  if (preview.fields.length === 0) return <p className="text-cell text-fg-3">They do not differ in any field.</p>;
  return (
    <div className="flex flex-col">
      {preview.fields.map((f) => (
        <fieldset key={f.field} className="border-t border-line py-2 first:border-t-0">
          <legend className="float-left w-28 shrink-0 pt-0.5 text-meta text-fg-3 max-md:float-none max-md:w-full">
            {f.label}
          </legend>
          <div className="grid grid-cols-2 gap-2 md:ml-28">
            <Choice f={f} taken={!props.takes(f)} text={f.winner} onChoose={() => props.onChoose(f.field, false)} />
            <Choice f={f} taken={props.takes(f)} text={f.loser} onChoose={() => props.onChoose(f.field, true)} />
          </div>
        </fieldset>
      ))}
    </div>
  );
}

function Choice(props: { f: MergeField; taken: boolean; text: string | null | undefined; onChoose: () => void }) {
  return (
    <label className="flex min-w-0 items-start gap-2 text-cell text-fg">
      <input
        type="radio"
        name={`merge-${props.f.field}`}
        checked={props.taken}
        onChange={props.onChoose}
        className="mt-1 accent-accent"
      />
      <span className="min-w-0 break-words">{props.text ?? <span className="text-fg-3">None</span>}</span>
    </label>
  );
}
