import { createFileRoute, Outlet, redirect } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { isApiError } from "@/api/problem";
import { meQuery, setupQuery } from "@/api/shared";
import { Frame } from "@/components/frame/frame";
import { useLiveUpdates } from "@/components/frame/live-updates";
import { ConflictDialog } from "@/components/crm/conflict";
import { TooltipProvider } from "@/components/ui/tooltip";
import { setLocale } from "@/lib/format";
import { creating } from "@/lib/frame";

const Assistant = lazy(() => import("@/features/assistant/panel").then((m) => ({ default: m.AssistantPanel })));
const NewOpportunity = lazy(() => import("@/features/opportunities/new").then((m) => ({ default: m.NewOpportunity })));
const NewAccount = lazy(() => import("@/features/accounts/new").then((m) => ({ default: m.NewAccount })));
const NewContact = lazy(() => import("@/features/contacts/new").then((m) => ({ default: m.NewContact })));
const NewTask = lazy(() => import("@/components/crm/new-task").then((m) => ({ default: m.NewTask })));

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ context, location }) => {
    try {
      const me = await context.queryClient.query({ ...meQuery(), staleTime: "static" });
      setLocale(me.user);
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
    <TooltipProvider>
      <Frame
        panel={
          <Suspense>
            <Assistant />
          </Suspense>
        }
      >
        <Outlet />
        <ConflictDialog />
        <Suspense>
          <Creating />
        </Suspense>
      </Frame>
    </TooltipProvider>
  );
}

function Creating() {
  const what = creating.use();
  const close = () => creating.set(null);
  switch (what?.kind) {
    case "opportunity":
      return <NewOpportunity account={what.account} stageId={what.stageId} onClose={close} />;
    case "account":
      return <NewAccount onClose={close} />;
    case "contact":
      return <NewContact account={what.account} onClose={close} />;
    case "task":
      return <NewTask subject={what.subject} onClose={close} />;
    case undefined:
      return null;
  }
}
