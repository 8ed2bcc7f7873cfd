import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { ListChecks, SquareCheck } from "lucide-react";
import { Suspense, useState } from "react";
import type { Task } from "@/api/types";
import { TaskRow } from "@/components/crm/task-row";
import { Button } from "@/components/ui/button";
import { Card, Empty } from "@/components/ui/states";
import { daysUntil } from "@/lib/format";
import { loadable } from "@/lib/loadable";
import { taskViewQuery, type ListedView } from "./queries";

const TaskBulk = loadable(() => import("./bulk").then((m) => m.TaskBulk));

function group(task: Task): string {
  if (!task.due_date) return "Without a date";
  const left = daysUntil(task.due_date);
  return left < 0 ? "Overdue" : left === 0 ? "Today" : left <= 7 ? "Next seven days" : "Later";
}
const ORDER = ["Overdue", "Today", "Next seven days", "Later", "Without a date"];

const NOTHING: Record<ListedView, [string, string]> = {
  day: ["Nothing due today", "What is late or due today is listed here, the late first."],
  mine: ["Nothing to do", "Tasks that you take on, or that someone gives you, appear here with the late ones first."],
  everyone: ["Nothing to do", "Open tasks of all whose tasks you may see."],
  done: ["Nothing finished yet", "What you finish is kept here."],
};

/** Tasks under the heads of when they are due; several can be chosen and changed together. */
export function TaskList({ view }: { view: ListedView }) {
  const query = useSuspenseInfiniteQuery(taskViewQuery(view));
  const tasks = query.data.pages.flatMap((p) => p.items);
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null);
  const groups =
    view === "done"
      ? [["Finished", tasks] as const]
      : ORDER.map((name) => [name, tasks.filter((t) => group(t) === name)] as const);
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const records = tasks.filter((t) => chosen?.has(t.id)).map((t) => ({ id: t.id, name: t.title, version: t.version }));
  if (tasks.length === 0) {
    const [title, text] = NOTHING[view];
    return (
      <Empty icon={SquareCheck} title={title}>
        {text}
      </Empty>
    );
  }
  return (
    <>
      <Button
        size="card"
        className="self-end"
        aria-pressed={chosen !== null}
        onPointerEnter={TaskBulk.load}
        onClick={() => setChosen(chosen ? null : new Set())}
      >
        <ListChecks /> {chosen ? "Stop choosing" : "Choose several"}
      </Button>
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
                  <TaskRow
                    key={task.id}
                    task={task}
                    showAssignee={view === "everyone"}
                    choose={chosen ? { chosen: chosen.has(task.id), onChoose: (on) => choose(task.id, on) } : undefined}
                  />
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
      {records.length > 0 && (
        <Suspense>
          <TaskBulk view={view} records={records} onClear={() => setChosen(null)} />
        </Suspense>
      )}
    </>
  );
}
