import { createFileRoute } from "@tanstack/react-router";
import { TasksPage } from "@/features/tasks/page";
import { TASK_VIEWS, taskViewQuery } from "@/features/tasks/queries";
import { today } from "@/lib/format";

interface Search {
  view?: string;
  /** Of the calendar: `2026-12`. */
  month?: string;
  everyone?: true;
}

const readView = (view: string | undefined) => TASK_VIEWS.find((v) => v === view) ?? "mine";
const isMonth = (month: unknown): month is string => typeof month === "string" && /^\d{4}-(0[1-9]|1[0-2])$/.test(month);

export const Route = createFileRoute("/_app/tasks")({
  staticData: { crumb: "Tasks" },
  validateSearch: (search: Record<string, unknown>): Search => ({
    ...(typeof search.view === "string" ? { view: search.view } : {}),
    ...(isMonth(search.month) ? { month: search.month } : {}),
    ...(search.everyone === true ? { everyone: true } : {}),
  }),
  loaderDeps: ({ search }) => ({ view: search.view }),
  loader: async ({ context: { queryClient }, deps }) => {
    const view = readView(deps.view);
    if (view === "calendar") return;
    await queryClient.infiniteQuery({ ...taskViewQuery(view), staleTime: "static" });
  },
  component: TasksRoute,
});

function TasksRoute() {
  const { view, month, everyone } = Route.useSearch();
  return <TasksPage view={readView(view)} month={month ?? today().slice(0, 7)} everyone={everyone ?? false} />;
}
