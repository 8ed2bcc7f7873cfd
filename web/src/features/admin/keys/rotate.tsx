import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { failed } from "@/components/ui/toast";

/** Asks for how long the former secret shall go on working. */
export function Rotate(props: { name: string; rotate: (hours: number) => Promise<void>; onClose: () => void }) {
  const [hours, setHours] = useState("24");
  const rotating = useMutation({
    mutationFn: () => props.rotate(Number(hours)),
    onError: (error) => failed("The secret was not replaced", sentence(error)),
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={`Replace the secret of “${props.name}”`}
      description="You get a new one. The one in use goes on for a while, so that programs can be changed over."
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" busy={rotating.isPending && "Replacing"} onClick={() => rotating.mutate()}>
            Replace it
          </Button>
        </>
      }
    >
      <Field label="The former secret works for">
        {(w) => (
          <Select {...w} value={hours} onChange={(e) => setHours(e.target.value)}>
            <option value="0">No longer: it ends now</option>
            <option value="1">1 hour</option>
            <option value="8">8 hours</option>
            <option value="24">24 hours</option>
          </Select>
        )}
      </Field>
    </Overlay>
  );
}
