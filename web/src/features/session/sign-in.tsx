import { zodResolver } from "@hookform/resolvers/zod";
import { Link } from "@tanstack/react-router";
import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { z } from "@/lib/zod";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { Challenge, Setup } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Door } from "@/components/frame/door";
import { useEnter } from "./enter";
import { Alert } from "./notice";
import { PasswordInput } from "./password";
import { Providers, ssoWords, useProviders } from "./providers";
import { SecondStep } from "./second-step";
import { usePasskeySignIn } from "./use-passkey";

const schema = z.object({
  email: z.email("Enter an e-mail address."),
  password: z.string().check(z.minLength(1, "Enter your password.")),
});
type Values = z.infer<typeof schema>;

/** The demo's password is public: the server refuses these logins outside demo mode. */
const DEMO_PASSWORD = "demo-password";

function words(error: unknown): string {
  if (isApiError(error, "invalid_credentials")) return "This e-mail address and password do not match.";
  if (isApiError(error, "too_many_attempts")) return "Too many attempts. Wait a quarter of an hour, then try again.";
  return sentence(error);
}

export function SignIn({ setup, to, error }: { setup: Setup; to: string; error?: string | undefined }) {
  const enter = useEnter();
  const [problem, setProblem] = useState<string | null>(ssoWords(error));
  const [challenge, setChallenge] = useState<Challenge | null>(null);
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: { email: "", password: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = async (values: Values) => {
    setProblem(null);
    try {
      const { data } = await post("/session", { body: values });
      if (data) setChallenge(data);
      else await enter(to);
    } catch (refused) {
      setProblem(words(refused));
      form.setFocus("password");
    }
  };
  const email = useWatch({ control: form.control, name: "email" });
  const providers = useProviders(email);
  // An address whose domain a provider claims goes there; a password is for those who say so.
  const [byPassword, setByPassword] = useState(false);
  const away = providers.length > 0 && !byPassword;
  const passkey = usePasskeySignIn({
    available: setup.passkeys && challenge === null,
    onEnter: () => enter(to),
    onProblem: setProblem,
  });
  const asDemo = (login: string) => {
    form.reset({ email: login, password: DEMO_PASSWORD });
    void form.handleSubmit(submit)();
  };
  if (challenge) {
    return <SecondStep challenge={challenge} onEnter={() => enter(to)} onBack={() => setChallenge(null)} />;
  }
  return (
    <Door title="Sign in" text={window.location.host}>
      <form className="flex flex-col gap-4" noValidate onSubmit={(e) => void form.handleSubmit(submit)(e)}>
        {problem && <Alert>{problem}</Alert>}
        <Field label="E-mail" error={errors.email?.message}>
          {(w) => (
            <Input
              {...w}
              {...form.register("email")}
              size="lg"
              type="email"
              autoComplete="username webauthn"
              autoFocus
            />
          )}
        </Field>
        {away ? (
          <Providers providers={providers} email={email} to={to} onPassword={() => setByPassword(true)} />
        ) : (
          <>
            <Field
              label="Password"
              error={errors.password?.message}
              aside={
                <Link to="/forgot-password" className="text-meta text-accent-text hover:underline">
                  Forgot it?
                </Link>
              }
            >
              {(w) => <PasswordInput {...w} {...form.register("password")} autoComplete="current-password" />}
            </Field>
            <Button type="submit" variant="primary" size="lg" busy={isSubmitting && "Signing in"}>
              Sign in
            </Button>
          </>
        )}
        {passkey.available && (
          <Button size="lg" busy={passkey.busy && "Asking your device"} onClick={() => void passkey.run()}>
            <Fingerprint aria-hidden /> Sign in with a passkey
          </Button>
        )}
      </form>
      {setup.demo && setup.demo_logins && (
        <section className="mt-6 border-t border-line pt-4" aria-label="Demo logins">
          <p className="mb-2 text-meta text-fg-3">This is a demo. Sign in as:</p>
          <div className="flex flex-wrap gap-2">
            {setup.demo_logins.map((login) => (
              <Button key={login.email} size="card" title={login.email} onClick={() => asDemo(login.email)}>
                {login.role}
              </Button>
            ))}
          </div>
        </section>
      )}
    </Door>
  );
}
