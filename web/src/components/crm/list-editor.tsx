import type { Ref } from "@/api/types";
import { ChoiceList } from "@/components/ui/combobox";
import { PopoverAnchor, PopoverContent, PopoverRoot } from "@/components/ui/popover-view";
import { cn } from "@/lib/cn";
import { isRef, type EditorProps } from "./editor";
import { RefList } from "./pickers";

/** For a value that is chosen: the list opens under the cell. */
export function ListEditor(props: EditorProps) {
  return (
    <PopoverRoot open onOpenChange={(open) => !open && props.onCancel()}>
      <PopoverAnchor
        className={cn("block h-[26px] w-full min-w-24 rounded-sm border-[1.5px] border-accent", props.className)}
      />
      <PopoverContent>
        {isRef(props.kind) ? (
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
