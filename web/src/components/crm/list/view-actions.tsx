/** What can be done with the view at hand: saved, shared, pinned, begun with, deleted. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { BookmarkPlus, Copy, Ellipsis, House, Pencil, Pin, PinOff, RotateCcw, Save, Trash2 } from "lucide-react";
import { Suspense, useState } from "react";
import { patch, put } from "@/api/client";
import { sentence } from "@/api/problem";
import type { SavedView } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { failed, told } from "@/components/ui/toast";
import { loadable } from "@/lib/loadable";
import { useFilters } from "./custom-filters";
import { tabSearch } from "./search";
import type { ViewBarProps } from "./view-bar";
import { saidOf } from "./use-columns";
import { baseOf, groupingOf, searchOf, selectionOf, useViews } from "./view-query";

const ViewDialog = loadable(() => import("./view-dialog").then((m) => m.ViewDialog));
const DeleteView = loadable(() => import("./view-dialog").then((m) => m.DeleteView));

type Props = ViewBarProps & { view: SavedView | undefined; changed: boolean };

export function ViewActions(props: Props) {
  const { spec, view, changed, search, columns } = props;
  const client = useQueryClient();
  const navigate = useNavigate();
  const views = useViews(spec.object);
  const defs = useFilters(spec);
  const [dialog, setDialog] = useState<"new" | "edit" | "delete" | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["saved-views"] });
  const act = useMutation({
    mutationFn: async (run: () => Promise<string>) => {
      const done = await run();
      await refresh();
      told(done);
    },
    onError: (error) => failed("The view is as it was", sentence(error)),
  });
  const content = {
    ...selectionOf(search, defs),
    layout: props.path === "/opportunities/board" ? ("board" as const) : ("list" as const),
    grouping: props.path === "/opportunities/board" ? groupingOf(search) : (search.group ?? null),
    columns: columns ? columns.shown.map(saidOf) : (view?.columns ?? []),
  };
  const reset = () => {
    columns?.chosen.reset();
    const tab = spec.tabs.find((t) => t.id === search.tab);
    const base = view ? searchOf(view) : tab ? tabSearch(tab) : baseOf(search, views, spec.tabs);
    if (base) void navigate({ to: props.path, search: base, replace: true });
  };
  const save = (v: SavedView) =>
    act.mutate(async () => {
      await patch("/saved-views/{id}", { path: { id: v.id }, body: content, ifMatch: v.version });
      return `Saved “${v.name}”`;
    });
  const choose = (v: SavedView, choice: { pinned: boolean; default: boolean }, done: string) =>
    act.mutate(async () => {
      await put("/saved-views/{id}/choice", { path: { id: v.id }, body: choice });
      return done;
    });
  const own = (v: SavedView): MenuEntry[] => [
    ...(changed && v.may.update ? [{ label: "Save changes", icon: <Save />, run: () => save(v) }] : []),
    ...(v.may.update
      ? [{ label: "Rename, or change who sees it", icon: <Pencil />, run: () => setDialog("edit") }]
      : []),
    v.pinned
      ? { label: "Unpin", icon: <PinOff />, run: () => choose(v, { pinned: false, default: v.default }, "Unpinned") }
      : { label: "Pin", icon: <Pin />, run: () => choose(v, { pinned: true, default: v.default }, "Pinned") },
    v.default
      ? {
          label: "No longer begin with it",
          icon: <House />,
          run: () => choose(v, { pinned: v.pinned, default: false }, "The list begins as at first"),
        }
      : {
          label: "Begin with it",
          icon: <House />,
          run: () => choose(v, { pinned: v.pinned, default: true }, `The list begins with “${v.name}”`),
        },
    { label: "Copy link", icon: <Copy />, run: () => void copyLink(v, spec.path) },
    ...(v.may.delete
      ? (["line", { label: "Delete", icon: <Trash2 />, bad: true, run: () => setDialog("delete") }] as MenuEntry[])
      : []),
  ];
  return (
    <>
      {changed && (
        <Button variant="quiet" size="row" className="shrink-0 max-lg:hidden" onClick={reset}>
          <RotateCcw /> Reset
        </Button>
      )}
      <Menu
        align="end"
        trigger={
          <Button variant="quiet" size="icon" aria-label="View" className="shrink-0 text-fg-3">
            <Ellipsis />
          </Button>
        }
        items={[
          { label: "Save as a new view", icon: <BookmarkPlus />, run: () => setDialog("new") },
          ...(changed ? [{ label: "Reset", icon: <RotateCcw />, run: reset }] : []),
          ...(view ? own(view) : []),
        ]}
      />
      <Suspense>
        {(dialog === "new" || (dialog === "edit" && view)) && (
          <ViewDialog
            spec={spec}
            view={dialog === "edit" ? view : undefined}
            content={content}
            onClose={() => setDialog(null)}
            onSaved={(saved) => {
              setDialog(null);
              void navigate({ to: props.path, search: searchOf(saved), replace: true });
            }}
          />
        )}
        {dialog === "delete" && view && (
          <DeleteView
            view={view}
            onClose={() => setDialog(null)}
            onDeleted={() => {
              setDialog(null);
              const first = spec.tabs[0];
              void navigate({ to: spec.path, search: first ? tabSearch(first) : {}, replace: true });
            }}
          />
        )}
      </Suspense>
    </>
  );
}

async function copyLink(view: SavedView, path: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(`${window.location.origin}${path}?view=${view.id}`);
    told("Link copied", undefined);
  } catch {
    failed("The link could not be copied", `${window.location.origin}${path}?view=${view.id}`);
  }
}
