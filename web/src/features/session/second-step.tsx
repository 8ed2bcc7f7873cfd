import { useState } from "react";
import type { Challenge } from "@/api/types";
import { Button } from "@/components/ui/button";
import { CodeStep } from "./code-step";
import { Door } from "@/components/frame/door";
import { PasskeyStep } from "./passkey-step";

type Factor = Challenge["second_factor"][number];

const TEXTS: Record<Factor, string> = {
  passkey: "Your device asks for your face, finger or PIN.",
  totp: "Enter the code that your authenticator app shows.",
  recovery_code: "Enter one of your recovery codes. Each is good once.",
};
const OTHERWISE: Record<Factor, string> = {
  passkey: "Use a passkey",
  totp: "Use the app’s code",
  recovery_code: "Use a recovery code",
};

/** The second step of signing in: a passkey, a code of the app, or a recovery code when both are lost. */
export function SecondStep(props: { challenge: Challenge; onEnter: () => Promise<void>; onBack: () => void }) {
  const factors = props.challenge.second_factor;
  const [factor, setFactor] = useState<Factor>(factors[0] ?? "totp");
  const step = { challenge: props.challenge.challenge, onEnter: props.onEnter, onBack: props.onBack };
  return (
    <Door title="One more step" text={TEXTS[factor]}>
      <div className="flex flex-col gap-4">
        {factor === "passkey" ? (
          <PasskeyStep {...step} />
        ) : (
          <CodeStep key={factor} {...step} recovery={factor === "recovery_code"} />
        )}
        <div className="flex flex-wrap justify-between gap-x-4 gap-y-2">
          <Button variant="link" onClick={props.onBack}>
            Back
          </Button>
          {factors
            .filter((other) => other !== factor)
            .map((other) => (
              <Button key={other} variant="link" onClick={() => setFactor(other)}>
                {OTHERWISE[other]}
              </Button>
            ))}
        </div>
      </div>
    </Door>
  );
}
