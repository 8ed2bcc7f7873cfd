import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { failed, told } from "@/components/ui/toast";

/** Deletes what a form is about, after it has asked. */
export function DeleteButton(props: {
  /** What it is, in one word: "rule". */
  noun: string;
  name: string;
  description: string;
  run: () => Promise<unknown>;
  /** To where it was listed, which is read again. */
  leave: () => Promise<unknown>;
  children?: ReactNode;
}) {
  const { noun, name } = props;
  const [asking, setAsking] = useState(false);
  const gone = useMutation({
    mutationFn: props.run,
    onSuccess: async () => {
      await props.leave();
      told(`“${name}” is deleted`);
    },
    onError: (error) => failed(`The ${noun} was not deleted`, sentence(error)),
  });
  return (
    <>
      <Button type="button" variant="quietDanger" className="ml-auto" onClick={() => setAsking(true)}>
        Delete
      </Button>
      {asking && (
        <Confirm
          title={`Delete “${name}”?`}
          description={props.description}
          verb={`Delete ${noun}`}
          doing="Deleting"
          pending={gone.isPending}
          onConfirm={() => gone.mutate()}
          onClose={() => setAsking(false)}
        >
          {props.children}
        </Confirm>
      )}
    </>
  );
}
