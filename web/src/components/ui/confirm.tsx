/** Asks once more before something is done: its own words for staying and for going on, and what was wrong. */
import type { ReactNode } from "react";
import { Button } from "./button";
import { Overlay } from "./overlay";

export function Confirm(props: {
  title: string;
  description?: string;
  /** What is done, on the button: "Delete role". */
  verb: string;
  /** While it is being done: "Deleting". */
  doing?: string;
  pending?: boolean;
  /** What stays away from it: "Cancel" when absent. */
  stay?: string;
  /** Something is still to be chosen. */
  disabled?: boolean;
  error?: string | null;
  onConfirm: () => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  const { title, description, pending, onClose } = props;
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      {...(description ? { description } : {})}
      footer={
        <>
          <Button onClick={onClose}>{props.stay ?? "Cancel"}</Button>
          <Button
            variant="danger"
            busy={pending === true && (props.doing ?? props.verb)}
            disabled={props.disabled}
            onClick={props.onConfirm}
          >
            {props.verb}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 text-cell text-fg-2">
        {props.error && (
          <p role="alert" className="text-bad-text">
            {props.error}
          </p>
        )}
        {props.children}
      </div>
    </Overlay>
  );
}
