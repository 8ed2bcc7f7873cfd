import { createFileRoute, Outlet, redirect } from "@tanstack/react-router";
import { Suspense } from "react";
import { isApiError } from "@/api/problem";
import { meQuery, setupQuery } from "@/api/shared";
import { Frame } from "@/components/frame/frame";
import { useLiveUpdates } from "@/components/frame/live-updates";
import { conflict } from "@/components/crm/conflict";
import { proof } from "@/components/crm/proof";
import { EditTask } from "@/components/crm/tasks/open-task";
import { TipLayer } from "@/components/ui/tooltip";
import { setLocale } from "@/lib/format";
import { creating } from "@/lib/frame";
import { loadable } from "@/lib/loadable";

const Assistant = loadable(() => import("@/features/assistant/panel").then((m) => m.AssistantPanel));
const ConflictDialog = loadable(() => import("@/components/crm/conflict-dialog").then((m) => m.ConflictDialog));
const ProofDialog = loadable(() => import("@/components/crm/proof-dialog").then((m) => m.ProofDialog));
const NewOpportunity = loadable(() => import("@/features/opportunities/new").then((m) => m.NewOpportunity));
const NewAccount = loadable(() => import("@/features/accounts/new").then((m) => m.NewAccount));
const NewLead = loadable(() => import("@/features/leads/new").then((m) => m.NewLead));
const NewContact = loadable(() => import("@/features/contacts/new").then((m) => m.NewContact));
const LogDialog = loadable(() => import("@/components/crm/log-dialog").then((m) => m.LogDialog));
const NewTask = loadable(() => import("@/components/crm/new-task").then((m) => m.NewTask));

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ context, location }) => {
    try {
      const me = await context.queryClient.query({ ...meQuery(), staleTime: "static" });
      setLocale(me.user);
      if (me.must_set_up_second_factor) throw redirect({ to: "/second-factor" });
    } catch (error) {
      if (!isApiError(error) || error.status !== 401) throw error;
      const setup = await context.queryClient.query(setupQuery());
      throw setup.needed
        ? redirect({ to: "/setup" })
        : redirect({ to: "/sign-in", search: location.href === "/" ? {} : { to: location.href } });
    }
  },
  component: AppRoute,
});

function AppRoute() {
  useLiveUpdates();
  return (
    <>
      <Frame
        panel={
          <Suspense>
            <Assistant />
          </Suspense>
        }
      >
        <Outlet />
        <Suspense>
          <Conflicts />
          <Proof />
          <Creating />
        </Suspense>
      </Frame>
      <TipLayer />
    </>
  );
}

function Conflicts() {
  const found = conflict.use();
  return found && <ConflictDialog found={found} />;
}

function Proof() {
  const wanted = proof.use();
  return wanted && <ProofDialog wanted={wanted} />;
}

function Creating() {
  const what = creating.use();
  const close = () => creating.set(null);
  switch (what?.kind) {
    case "opportunity":
      return <NewOpportunity account={what.account} stageId={what.stageId} onClose={close} />;
    case "account":
      return <NewAccount onClose={close} />;
    case "lead":
      return <NewLead onClose={close} />;
    case "contact":
      return <NewContact account={what.account} onClose={close} />;
    case "task":
      return <NewTask subject={what.subject} due={what.due} onClose={close} />;
    case "edit-task":
      return <EditTask key={what.task.id} task={what.task} onClose={close} />;
    case "activity":
      return <LogDialog kind={what.activity} onClose={close} />;
    case undefined:
      return null;
  }
}
