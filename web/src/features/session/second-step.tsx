import { useState } from "react";
import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { Challenge } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Door } from "./door";
import { Alert } from "./notice";

/** The second step of signing in: a code of the app, or a recovery code when the app is lost. */
export function SecondStep(props: { challenge: Challenge; onEnter: () => Promise<void>; onBack: () => void }) {
  const [lost, setLost] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({ defaultValues: { code: "" } });
  const { isSubmitting } = form.formState;
  const submit = async ({ code }: { code: string }) => {
    setProblem(null);
    try {
      await post("/session/second-factor", { body: { challenge: props.challenge.challenge, code } });
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
    <Door
      title="One more step"
      text={
        lost
          ? "Enter one of your recovery codes. Each is good once."
          : "Enter the code that your authenticator app shows."
      }
    >
      <form className="flex flex-col gap-4" noValidate onSubmit={(e) => void form.handleSubmit(submit)(e)}>
        {problem && <Alert>{problem}</Alert>}
        <Field label={lost ? "Recovery code" : "Six-digit code"}>
          {(w) => (
            <Input
              key={String(lost)}
              {...w}
              {...form.register("code", { required: true })}
              size="lg"
              className="font-mono tracking-[0.2em]"
              inputMode={lost ? "text" : "numeric"}
              autoComplete="one-time-code"
              maxLength={lost ? 30 : 7}
              autoFocus
            />
          )}
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting && "Checking"}>
          Sign in
        </Button>
        <div className="flex justify-between gap-4">
          <Button variant="link" onClick={props.onBack}>
            Back
          </Button>
          {props.challenge.second_factor.includes("recovery_code") && (
            <Button variant="link" onClick={() => setLost(!lost)}>
              {lost ? "Use the app’s code" : "Use a recovery code"}
            </Button>
          )}
        </div>
      </form>
    </Door>
  );
}
