import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { Suspense } from "react";
import { useMay } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { SkeletonRows } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { create } from "@/lib/frame";
import { loadable } from "@/lib/loadable";
import { TaskList } from "./list";
import { TASK_VIEWS, type TaskView } from "./queries";

const Calendar = loadable(() => import("./calendar").then((m) => m.Calendar));

const LABELS: Record<TaskView, string> = {
  day: "My day",
  mine: "My open",
  everyone: "Everyone’s open",
  calendar: "Calendar",
  done: "My finished",
};

/** Tasks, by day, by list or by month. */
export function TasksPage({ view, month, everyone }: { view: TaskView; month: string; everyone: boolean }) {
  const may = useMay("task", "create");
  return (
    <div className="relative flex flex-1 flex-col">
      <div className="flex h-11 shrink-0 items-center border-b border-line pr-4 pl-2 md:pr-5 md:pl-3">
        <TabRow label="Views" className="h-11 min-w-0 flex-1">
          {TASK_VIEWS.map((v) => (
            <Link
              key={v}
              to="/tasks"
              search={v === "mine" ? {} : { view: v }}
              activeOptions={{ exact: true }}
              aria-current={v === view ? "page" : undefined}
              className={tabClass(v === view)}
            >
              {LABELS[v]}
            </Link>
          ))}
        </TabRow>
        {may && (
          <Button variant="primary" className="max-md:hidden" onClick={() => create({ kind: "task" })}>
            <Plus /> New task
          </Button>
        )}
      </div>
      <div
        className={`flex w-full flex-col gap-4 px-4 py-4 md:px-5 ${view === "calendar" ? "flex-1" : "max-w-4xl pb-28"}`}
      >
        {view === "calendar" ? (
          <Suspense fallback={<SkeletonRows />}>
            <Calendar month={month} everyone={everyone} />
          </Suspense>
        ) : (
          <TaskList key={view} view={view} />
        )}
      </div>
    </div>
  );
}
