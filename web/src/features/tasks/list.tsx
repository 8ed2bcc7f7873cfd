import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, SquareCheck } from "lucide-react";
import type { Task } from "@/api/types";
import { useMay } from "@/api/shared";
import { TaskRow } from "@/components/crm/task-row";
import { Button } from "@/components/ui/button";
import { Card, Empty } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { daysUntil } from "@/lib/format";
import { create } from "@/lib/frame";
import { TASK_VIEWS, taskViewQuery, type TaskView } from "./queries";

const LABELS: Record<TaskView, string> = { mine: "My open", everyone: "Everyone’s open", done: "My finished" };
function group(task: Task): string {
  if (!task.due_date) return "Without a date";
  const left = daysUntil(task.due_date);
  return left < 0 ? "Overdue" : left === 0 ? "Today" : left <= 7 ? "Next seven days" : "Later";
}
const ORDER = ["Overdue", "Today", "Next seven days", "Later", "Without a date"];

export function TaskList({ view }: { view: TaskView }) {
  const may = useMay("task", "create");
  const query = useSuspenseInfiniteQuery(taskViewQuery(view));
  const tasks = query.data.pages.flatMap((p) => p.items);
  const groups =
    view === "done"
      ? [["Finished", tasks] as const]
      : ORDER.map((name) => [name, tasks.filter((t) => group(t) === name)] as const);
  return (
    <div className="flex flex-1 flex-col">
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
      <div className="flex w-full max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
        {tasks.length === 0 && (
          <Empty icon={SquareCheck} title={view === "done" ? "Nothing finished yet" : "Nothing to do"}>
            Tasks that you take on, or that someone gives you, appear here with the late ones first.
          </Empty>
        )}
        {groups.map(
          ([name, list]) =>
            list.length > 0 && (
              <Card
                key={name}
                title={
                  <>
                    {name} <span className="font-normal text-fg-3 tnum">{list.length}</span>
                  </>
                }
              >
                <ul className="py-1">
                  {list.map((task) => (
                    <TaskRow key={task.id} task={task} showAssignee={view === "everyone"} />
                  ))}
                </ul>
              </Card>
            ),
        )}
        {query.hasNextPage && (
          <Button
            className="self-start"
            busy={query.isFetchingNextPage && "Loading"}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        )}
      </div>
    </div>
  );
}
