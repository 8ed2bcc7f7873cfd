import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { AppConsent, AppReach, AppRequest } from "@/api/types";
import { Door } from "@/components/frame/door";
import { Button } from "@/components/ui/button";
import { SkeletonRows } from "@/components/ui/states";
import { Alert } from "./notice";

const consentQuery = (request: AppRequest) =>
  queryOptions({
    queryKey: ["app-consent", request],
    queryFn: async () => {
      // Who lacks a second factor sets it up first, and comes back here; who is not signed in is told so by the request itself.
      const me = await get("/me").catch(() => null);
      if (me?.must_set_up_second_factor) {
        window.location.assign(
          `/second-factor?to=${encodeURIComponent(window.location.pathname + window.location.search)}`,
        );
      }
      return get("/connected-apps/request", { query: { ...request } });
    },
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
  });

/** What an app asks for, as the server takes it; what else stands in the address is not passed on. */
function requestOf(address: string): AppRequest {
  const given = new URLSearchParams(address);
  const text = (name: string) => given.get(name) ?? "";
  const [scope, state] = [text("scope"), text("state")];
  return {
    response_type: text("response_type"),
    client_id: text("client_id"),
    redirect_uri: text("redirect_uri"),
    code_challenge: text("code_challenge"),
    code_challenge_method: text("code_challenge_method"),
    resource: text("resource"),
    ...(scope && { scope }),
    ...(state && { state }),
  };
}

/** An app asks to act for the person who is signed in: who it is, where it returns to, what it may do. Looking agrees to nothing. */
export function ConnectApp() {
  const [request] = useState(() => requestOf(window.location.search));
  const { data: asked, error } = useQuery(consentQuery(request));
  // Who has to sign in, or to set up a second factor, is on their way there.
  const leaving = isApiError(error) && (error.status === 401 || error.code === "second_factor_required");
  if (error && !leaving) {
    return (
      <Door title="This app can’t be connected">
        <p role="alert" className="text-body text-fg-2 first-letter:uppercase">
          {sentence(error)}.
        </p>
      </Door>
    );
  }
  if (!asked) {
    return (
      <Door title="One moment">
        <SkeletonRows rows={3} />
      </Door>
    );
  }
  return <Asked request={request} asked={asked} />;
}

const CHOICES: Record<AppReach, { label: string; text: string }> = {
  read: { label: "Only look things up", text: "It sees the deals, accounts, contacts and notes that you may see." },
  propose: {
    label: "Look things up and propose changes",
    text: "What it proposes waits until you or a colleague approves it here.",
  },
};

function Asked({ request, asked }: { request: AppRequest; asked: AppConsent }) {
  const [reach, setReach] = useState<AppReach>("read");
  const leave = ({ data }: { data: { redirect_to: string } }) => window.location.assign(data.redirect_to);
  const allow = useMutation({
    mutationFn: () => post("/connected-apps", { body: { request, reach } }),
    onSuccess: leave,
  });
  const refuse = useMutation({
    mutationFn: () => post("/connected-apps/refusal", { body: request }),
    onSuccess: leave,
  });
  const gone = allow.isSuccess || refuse.isSuccess;
  const problem = allow.error ?? refuse.error;
  return (
    <Door title={`Connect “${asked.name}”?`} text={`It would act for ${asked.person} at ${asked.organisation}.`}>
      <div className="flex flex-col gap-4">
        {problem && <Alert>{sentence(problem)}</Alert>}
        {asked.wrong && <Alert>The app has asked wrongly: {asked.wrong.description}.</Alert>}
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-cell">
          <dt className="text-fg-3">Returns to</dt>
          <dd className="font-medium break-all text-fg">{asked.returns_to}</dd>
          <dt className="text-fg-3">Its page</dt>
          <dd className="break-all text-fg-2">{asked.uri ?? "It names none"}</dd>
        </dl>
        <p className="text-cell text-fg-2">
          The name is the app’s own word, and nobody has checked it. Go on only if you have just begun this in an app
          that you trust.{asked.connected && " You have this app connected already; agreeing connects it once more."}
        </p>
        {asked.offered.length > 0 && <Reaches offered={asked.offered} value={reach} onChange={setReach} />}
        <div className="flex flex-wrap gap-2">
          {asked.offered.length > 0 && (
            <Button
              variant="primary"
              size="lg"
              disabled={gone || refuse.isPending}
              busy={allow.isPending && "Connecting"}
              onClick={() => allow.mutate()}
            >
              Connect
            </Button>
          )}
          <Button
            size="lg"
            disabled={gone || allow.isPending}
            busy={refuse.isPending && "Going back"}
            onClick={() => refuse.mutate()}
          >
            {asked.wrong ? "Back to the app" : "Don’t connect"}
          </Button>
        </div>
        <p className="text-meta text-fg-3">
          You can disconnect it at any time under your name, My API keys. It never signs in as you, and can’t approve,
          delete or change settings.
        </p>
      </div>
    </Door>
  );
}

function Reaches(props: { offered: AppReach[]; value: AppReach; onChange: (reach: AppReach) => void }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-cell font-medium text-fg">What it may do</legend>
      {props.offered.map((reach) => (
        <label key={reach} className="flex items-start gap-2.5 text-cell text-fg">
          <input
            type="radio"
            name="reach"
            className="mt-1 accent-accent"
            checked={props.value === reach}
            onChange={() => props.onChange(reach)}
          />
          <span>
            <span className="font-medium">{CHOICES[reach].label}</span>
            <span className="block text-meta text-fg-3">{CHOICES[reach].text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
