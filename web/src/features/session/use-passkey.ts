import { useEffect, useRef, useState } from "react";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { askForPasskey, knowsPasskeys, passkeyWords, suggestsPasskeys } from "@/lib/webauthn";

function words(error: unknown): string {
  if (isApiError(error, "invalid_passkey"))
    return "This passkey does not sign anybody in here. It may have been removed, or the sign-in took too long.";
  if (isApiError(error, "too_many_attempts")) return "Too many attempts. Wait a quarter of an hour, then try again.";
  return passkeyWords(error) ?? sentence(error);
}

async function signIn(how?: { signal: AbortSignal; mediation: CredentialMediationRequirement }) {
  const { ceremony, public_key } = (await post("/session/passkey/challenge")).data;
  const credential = await askForPasskey(public_key, how);
  await post("/session/passkey", { body: { ceremony, credential } });
}

/** Signing in by a passkey: by the button, or by what the browser suggests in the e-mail field. */
export function usePasskeySignIn(props: {
  available: boolean;
  onEnter: () => Promise<void>;
  onProblem: (words: string | null) => void;
}) {
  const available = props.available && knowsPasskeys();
  const [busy, setBusy] = useState(false);
  const suggesting = useRef<AbortController | null>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    if (!available) return undefined;
    const controller = new AbortController();
    suggesting.current = controller;
    const suggest = async () => {
      if (!(await suggestsPasskeys()) || controller.signal.aborted) return;
      await signIn({ signal: controller.signal, mediation: "conditional" });
      await latest.current.onEnter();
    };
    suggest().catch((error: unknown) => {
      // Nobody asked for the suggestion: only what the server refused is said.
      if (!controller.signal.aborted && isApiError(error, "invalid_passkey")) latest.current.onProblem(words(error));
    });
    return () => controller.abort();
  }, [available]);
  const run = async () => {
    // The browser has one ceremony at a time.
    suggesting.current?.abort();
    setBusy(true);
    props.onProblem(null);
    try {
      await signIn();
      await props.onEnter();
    } catch (error) {
      props.onProblem(words(error));
    } finally {
      setBusy(false);
    }
  };
  return { available, busy, run };
}
