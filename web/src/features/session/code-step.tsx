import { useState } from "react";
import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Alert } from "./notice";

/** The second step by a code of the app, or by a recovery code. */
export function CodeStep(props: {
  challenge: string;
  recovery: boolean;
  onEnter: () => Promise<void>;
  onBack: () => void;
}) {
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({ defaultValues: { code: "" } });
  const { isSubmitting } = form.formState;
  const submit = async ({ code }: { code: string }) => {
    setProblem(null);
    try {
      await post("/session/second-factor", { body: { challenge: props.challenge, code } });
    } catch (error) {
      if (isApiError(error, "challenge_expired")) {
        props.onBack();
        return;
      }
      setProblem(
        isApiError(error, "invalid_code")
          ? "This code is wrong, or was used before. Wait for the next one, then try again."
          : sentence(error),
      );
      form.reset({ code: "" });
      form.setFocus("code");
      return;
    }
    await props.onEnter();
  };
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={(e) => void form.handleSubmit(submit)(e)}>
      {problem && <Alert>{problem}</Alert>}
      <Field label={props.recovery ? "Recovery code" : "Six-digit code"}>
        {(w) => (
          <Input
            {...w}
            {...form.register("code", { required: true })}
            size="lg"
            className={props.recovery ? "font-mono" : "font-mono tracking-[0.2em]"}
            inputMode={props.recovery ? "text" : "numeric"}
            autoComplete="one-time-code"
            maxLength={props.recovery ? 40 : 7}
            autoFocus
          />
        )}
      </Field>
      <Button type="submit" variant="primary" size="lg" busy={isSubmitting && "Checking"}>
        Sign in
      </Button>
    </form>
  );
}
