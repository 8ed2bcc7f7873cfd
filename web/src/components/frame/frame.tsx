import { useNavigate } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";
import { useMe } from "@/api/shared";
import type { ActivityKind } from "@/api/types";
import { lastChange, useUndo } from "@/components/crm/use-undo";
import { assistant, create, lost, raised, toggleAssistant } from "@/lib/frame";
import { useMedia, useOnline, useStored } from "@/lib/hooks";
import { useKeys } from "@/lib/keys";
import { MenuView } from "@/components/ui/menu";
import { PopoverView } from "@/components/ui/popover";
import { Header } from "./header";
import { useNav } from "./nav";
import { Sidebar } from "./sidebar";
import { loadable } from "@/lib/loadable";

const PhoneTabs = loadable(() => import("./phone-tabs").then((m) => m.PhoneTabs));
const Palette = loadable(() => import("./palette").then((m) => m.Palette));
const ViewingBanner = loadable(() => import("./viewing-banner").then((m) => m.ViewingBanner));
const Reconnecting = loadable(() => import("./reconnecting").then((m) => m.Reconnecting));
const Help = loadable(() => import("./help").then((m) => m.Help));

const log = (activity: ActivityKind) => () => create({ kind: "activity", activity });
const LOG_KEYS = { "l c": log("call"), "l m": log("meeting"), "l n": log("note"), "l e": log("email") };

/** Sidebar, header, the page, and the assistant beside it. */
export function Frame({ children, panel }: { children: ReactNode; panel: ReactNode }) {
  const narrow = useMedia("(max-width: 63.99rem)");
  const [fold, setFold] = useStored<boolean | null>("dw.fold", null);
  const folded = fold ?? narrow;
  const online = useOnline();
  const away = lost.use();
  const navigate = useNavigate();
  const nav = useNav();
  const up = raised.use();
  const undo = useUndo();
  const { open } = assistant.use();
  const me = useMe();
  const viewing = Boolean(me.viewer);
  const mayLog = (me.permissions.activity?.create ?? "none") !== "none" && !viewing;
  // Fetched while nothing else is going on: what opens at a key or a click should not be waited for then.
  useEffect(() => {
    const timer = setTimeout(() => {
      Palette.load();
      MenuView.load();
      // It can't be fetched when it is wanted.
      Reconnecting.load();
      PopoverView.load();
    }, 1500);
    return () => clearTimeout(timer);
  }, []);
  useKeys({
    "mod+k": () => raised.set(raised.get() === "palette" ? null : "palette"),
    "mod+j": () => {
      if (!viewing) toggleAssistant();
    },
    "mod+z": () => {
      const event = lastChange.get();
      if (event) void undo(event);
    },
    "?": () => raised.set("help"),
    "c o": () => create({ kind: "opportunity" }),
    "c t": () => create({ kind: "task" }),
    ...(mayLog ? LOG_KEYS : {}),
    ...Object.fromEntries(nav.map((n) => [n.keys, () => void navigate({ to: n.to })])),
  });
  return (
    <div className="flex h-dvh overflow-hidden bg-bg">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-surface px-3 py-2 text-cell text-fg shadow-3 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <Sidebar folded={folded} onFold={() => setFold(!folded)} />
      <div className="flex min-w-0 flex-1 flex-col">
        {viewing && <ViewingBanner fallback={null} />}
        <Header />
        {!online && (
          <p role="status" className="flex h-8 shrink-0 items-center bg-warn-soft px-5 text-meta text-warn-text">
            Offline. What is on the page may be out of date; changes can be saved when you are back.
          </p>
        )}
        <div className="flex min-h-0 flex-1">
          <main
            id="main"
            data-scroll-restoration-id="main"
            tabIndex={-1}
            className="relative flex min-w-0 flex-1 scroll-thin flex-col overflow-y-auto outline-none"
          >
            {children}
          </main>
          {open && !viewing && panel}
        </div>
        <PhoneTabs fallback={<div className="h-16 shrink-0 md:hidden" />} />
      </div>
      {online && away && <Reconnecting />}
      {up === "palette" && <Palette />}
      {up === "help" && <Help />}
    </div>
  );
}
