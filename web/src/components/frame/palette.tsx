import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Moon, Search, Sun, TextSearch, Upload } from "lucide-react";
import { Dialog } from "radix-ui";
import { Fragment, useState, type ReactNode } from "react";
import { get } from "@/api/client";
import { useMay, useMe } from "@/api/shared";
import type { SearchHit } from "@/api/types";
import { Kbd } from "@/components/ui/badge";
import { PAGES } from "@/components/crm/record-link";
import { AgentMark } from "@/components/ui/marks";
import { openAssistant, raised } from "@/lib/frame";
import { useRested } from "@/lib/hooks";
import { MOD } from "@/lib/keys";
import { recentOf } from "@/lib/recent";
import { setTheme } from "@/lib/theme";
import { useCreateActions, useLogActions } from "./create-actions";
import { useNav } from "./nav";
import { Hit } from "./palette-hit";
import { isSentence, SentenceItem } from "./palette-sentence";

const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", q],
    queryFn: async ({ signal }) => {
      const started = performance.now();
      const { items } = await get("/search", { query: { q, limit: 8 }, signal });
      return { items, ms: Math.round(performance.now() - started) };
    },
    enabled: q.trim().length > 1,
    placeholderData: keepPreviousData,
  });

const ITEM =
  "flex h-9 items-center gap-2.5 rounded-lg px-2.5 text-cell text-fg data-[selected=true]:bg-accent-soft pointer-coarse:h-11 [&>svg]:size-4 [&>svg]:text-fg-3";
const GROUP =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-meta [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-fg-3";

/** The schema says string: these are what is found. */
const pageOf = (type: string) => PAGES[type as keyof typeof PAGES];

export function Palette() {
  const [text, setText] = useState("");
  const navigate = useNavigate();
  const nav = useNav();
  const creates = [...useCreateActions(), ...useLogActions()];
  const mayImport = useMay("import", "create");
  const maySell = useMay("opportunity", "read");
  const q = useRested(text.trim(), 120);
  const hits = useQuery(searchQuery(q));
  const shown = text.trim().length > 1 ? (hits.data?.items ?? []) : [];
  const close = () => raised.set(null);
  const run = (then: () => void) => () => {
    close();
    then();
  };
  const open = (hit: SearchHit) => {
    const on = hit.on ?? hit;
    // A file is on the page of its record.
    const search = hit.type === "file" ? { tab: "files" } : {};
    void navigate({ to: pageOf(on.type), params: { id: on.id }, search });
  };
  const { user } = useMe();
  const [recent] = useState(() => recentOf(user.id).slice(0, 6));
  const before = text.trim() === "" ? recent : [];
  const matches = (label: string) => label.toLowerCase().includes(text.trim().toLowerCase());
  const actions: { label: string; icon: ReactNode; keys?: string; run: () => void }[] = [
    ...creates.map((c) => ({ ...c, icon: <c.icon /> })),
    ...(mayImport
      ? [{ label: "Import a file", icon: <Upload />, run: () => void navigate({ to: "/admin/imports" }) }]
      : []),
    { label: "Light theme", icon: <Sun />, run: () => setTheme("light") },
    { label: "Dark theme", icon: <Moon />, run: () => setTheme("dark") },
    ...nav.map((n) => ({
      label: `Go to ${n.label}`,
      icon: <n.icon />,
      keys: n.keys.toUpperCase(),
      run: () => void navigate({ to: n.to }),
    })),
  ].filter((a) => matches(a.label));
  // What is picked holds for the results that it was picked from; new ones start at their first.
  const results = `${hits.dataUpdatedAt} ${shown.length > 0}`;
  const [picked, setPicked] = useState({ value: "", results });
  const first = shown[0]?.id ?? before[0]?.id ?? actions[0]?.label ?? "ask-assistant";
  const ask = text.trim() || "What should I do today?";

  return (
    <Dialog.Root open onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[104px] left-1/2 z-50 w-[min(680px,calc(100vw-16px))] -translate-x-1/2 animate-fade overflow-hidden rounded-2xl bg-surface shadow-4 outline-none max-md:top-2"
        >
          <Dialog.Title className="sr-only">Search, act or ask</Dialog.Title>
          <Command
            shouldFilter={false}
            value={picked.results === results && picked.value ? picked.value : first}
            onValueChange={(value) => setPicked({ value, results })}
            loop
            label="Search, act or ask"
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) run(() => openAssistant(ask))();
            }}
          >
            <div className="flex items-center gap-3 border-b border-line px-4">
              <Search className="size-4 text-fg-3" aria-hidden />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder="Search records, find an action, or ask"
                className="h-[52px] flex-1 bg-transparent text-[1rem] text-fg outline-none"
              />
              <Kbd>esc</Kbd>
            </div>
            <Command.List className="max-h-[min(480px,60vh)] scroll-thin overflow-y-auto px-1.5 pb-2">
              {shown.length > 0 && (
                <Command.Group heading="Records" className={GROUP}>
                  {shown.map((hit) => (
                    <Command.Item key={hit.id} value={hit.id} className={ITEM} onSelect={run(() => open(hit))}>
                      <Hit hit={hit} q={q} />
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {before.length > 0 && (
                <Command.Group heading="Recent" className={GROUP}>
                  {before.map(({ type, id, name }) => (
                    <Command.Item
                      key={id}
                      value={id}
                      className={ITEM}
                      onSelect={run(() => void navigate({ to: PAGES[type], params: { id } }))}
                    >
                      <Hit hit={{ type, id, title: name }} q="" />
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {text.trim().length > 1 && shown.length === 0 && !hits.isFetching && (
                <p className="px-2.5 pt-3 text-cell text-fg-3">No record matches “{text.trim()}”.</p>
              )}
              {actions.length > 0 && (
                <Command.Group heading="Actions" className={GROUP}>
                  {actions.slice(0, text ? 5 : 13).map((action) => (
                    <Command.Item key={action.label} value={action.label} className={ITEM} onSelect={run(action.run)}>
                      {action.icon}
                      {action.label}
                      {action.keys && (
                        <span className="ml-auto flex items-center gap-1 text-meta text-fg-3">
                          {action.keys.split(" ").map((key, i) => (
                            <Fragment key={key + String(i)}>
                              {i > 0 && "then"}
                              <Kbd>{key}</Kbd>
                            </Fragment>
                          ))}
                        </span>
                      )}
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {isSentence(text) && (
                <Command.Group heading="By meaning" className={GROUP}>
                  <Command.Item
                    value="search-by-meaning"
                    className={ITEM}
                    onSelect={run(() => void navigate({ to: "/search", search: { q: text.trim().slice(0, 500) } }))}
                  >
                    <TextSearch />
                    <span className="truncate">Search by meaning: “{text.trim()}”</span>
                  </Command.Item>
                </Command.Group>
              )}
              {maySell && isSentence(text) && (
                <Command.Group heading="Filter" className={GROUP}>
                  <SentenceItem text={text.trim()} className={ITEM} onDone={close} />
                </Command.Group>
              )}
              <Command.Group heading="Ask the assistant" className={GROUP}>
                <Command.Item value="ask-assistant" className={ITEM} onSelect={run(() => openAssistant(ask))}>
                  <AgentMark />
                  <span className="truncate">Ask: “{ask}”</span>
                  <span className="ml-auto flex gap-1">
                    <Kbd>{MOD}</Kbd>
                    <Kbd>↵</Kbd>
                  </span>
                </Command.Item>
              </Command.Group>
            </Command.List>
            <footer className="flex items-center gap-4 border-t border-line bg-sunken px-4 py-2 text-meta text-fg-3 max-md:hidden">
              <span className="flex items-center gap-1">
                <Kbd>↑</Kbd>
                <Kbd>↓</Kbd> move
              </span>
              <span className="flex items-center gap-1">
                <Kbd>↵</Kbd> open
              </span>
              {hits.data && text && (
                <span className="ml-auto tnum">
                  {shown.length} results in {hits.data.ms} ms
                </span>
              )}
            </footer>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
