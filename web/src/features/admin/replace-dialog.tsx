import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { isApiError, sentence } from "@/api/problem";
import { Confirm } from "@/components/ui/confirm";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { plural } from "@/lib/format";

/** Deletes a value; where records have it, asks which one they get instead. */
export function ReplaceDialog(props: {
  what: string;
  name: string;
  /** What may take its place. */
  others: { id: string; name: string }[];
  /** "deal" or "record": what is counted. */
  counted: string;
  /** Asks for the replacement from the start: two values become one. */
  merge?: boolean;
  remove: (replacementId: string | undefined) => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
}) {
  const [to, setTo] = useState("");
  const run = useMutation({ mutationFn: () => props.remove(to || undefined), onSuccess: props.onDone });
  const { error } = run;
  const inUse = isApiError(error, "in_use") ? (error.problem.count ?? 0) : null;
  const asks = props.merge === true || inUse !== null || to !== "";
  const verb = props.merge ? "Merge" : "Delete";
  return (
    <Confirm
      title={`${verb} ${props.name}`}
      description={
        props.merge
          ? `Records that have this ${props.what} get the other one, and this one goes.`
          : `A deleted ${props.what} can’t be brought back.`
      }
      verb={props.merge ? "Merge" : asks ? "Replace and delete" : `Delete ${props.what}`}
      doing={props.merge ? "Merging" : "Deleting"}
      pending={run.isPending}
      disabled={asks && to === ""}
      error={error && inUse === null ? sentence(error) : null}
      onConfirm={() => run.mutate()}
      onClose={props.onClose}
    >
      {inUse !== null && (
        <p role="status">
          {plural(inUse, props.counted)} {inUse === 1 ? "has" : "have"} this {props.what}. Choose what{" "}
          {inUse === 1 ? "it gets" : "they get"} instead.
        </p>
      )}
      {!asks && <p>Nothing is asked when nothing uses it; otherwise you choose what takes its place.</p>}
      {asks && (
        <Field label={props.merge ? "Merge into" : `Replacement ${props.what}`} required>
          {(w) => (
            <Select {...w} value={to} onChange={(e) => setTo(e.target.value)}>
              <option value="">Choose</option>
              {props.others.map((o) => (
                <option key={o.id} value={o.id}>
                  {o.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </Confirm>
  );
}
