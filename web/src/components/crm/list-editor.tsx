import { useState } from "react";
import type { Ref } from "@/api/types";
import { ChoiceList } from "@/components/ui/combobox";
import { PopoverAnchor, PopoverContent, PopoverRoot } from "@/components/ui/popover-view";
import { cn } from "@/lib/cn";
import { Theirs } from "./live/theirs";
import { isRef, type EditorProps } from "./editor";
import { RefList } from "./pickers";

/** For a value that is chosen: the list opens under the cell. */
export function ListEditor(props: EditorProps) {
  const [several, setSeveral] = useState(Array.isArray(props.value) ? props.value : []);
  /** Of several the choice is made when the list is left. */
  const leave = () => {
    if (props.kind === "choices" && !props.closed && several !== props.value) props.onSave(several, false);
    else props.onCancel();
  };
  return (
    <PopoverRoot open onOpenChange={(open) => !open && leave()}>
      <PopoverAnchor
        className={cn("block h-[26px] w-full min-w-24 rounded-sm border-[1.5px] border-accent", props.className)}
      />
      <PopoverContent>
        {props.error && (
          <p role="alert" className="border-b border-line bg-bad-soft px-2.5 py-1.5 text-meta text-bad-text">
            {props.error}
          </p>
        )}
        {(props.theirs ?? props.closed) && (
          <Theirs theirs={props.theirs} closed={props.closed} onClose={props.onCancel} />
        )}
        {props.closed ? null : props.kind === "choices" ? (
          <ChoiceList
            choices={props.choices ?? []}
            selected={several}
            placeholder={`Choose ${props.label.toLowerCase()}`}
            onPick={({ value }) =>
              setSeveral(several.includes(value) ? several.filter((v) => v !== value) : [...several, value])
            }
          />
        ) : isRef(props.kind) ? (
          <RefList
            kind={props.kind}
            value={props.value as Ref | null}
            clearable={props.clearable ?? true}
            accountId={props.accountId}
            onPick={(ref) => props.onSave(ref, false)}
          />
        ) : (
          <ChoiceList
            choices={[
              ...(props.clearable && props.value !== null ? [{ value: "", label: "None" }] : []),
              ...(props.choices ?? []),
            ]}
            selected={typeof props.value === "string" ? [props.value] : []}
            placeholder={`Choose ${props.label.toLowerCase()}`}
            onPick={(choice) => props.onSave(choice.value === "" ? null : choice.value, false)}
          />
        )}
      </PopoverContent>
    </PopoverRoot>
  );
}
