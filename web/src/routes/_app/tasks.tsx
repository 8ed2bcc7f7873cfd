import { createFileRoute } from "@tanstack/react-router";
import { TaskList } from "@/features/tasks/list";
import { TASK_VIEWS, taskViewQuery } from "@/features/tasks/queries";

const readView = (view: string | undefined) => TASK_VIEWS.find((v) => v === view) ?? "mine";

export const Route = createFileRoute("/_app/tasks")({
  staticData: { crumb: "Tasks" },
  validateSearch: (search: Record<string, unknown>): { view?: string } =>
    typeof search.view === "string" ? { view: search.view } : {},
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await queryClient.infiniteQuery({ ...taskViewQuery(readView(deps.view)), staleTime: "static" });
  },
  component: TasksRoute,
});

function TasksRoute() {
  return <TaskList view={readView(Route.useSearch().view)} />;
}
