import { useInfiniteQuery, useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Plus } from "lucide-react";
import { useMay, useMe } from "@/api/shared";
import { allOf, countWords, pendingQuery } from "@/components/crm/proposal-query";
import { AgentResults } from "@/components/crm/routines/results";
import { TaskRow } from "@/components/crm/task-row";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { daysUntil, plural, weekday } from "@/lib/format";
import { create } from "@/lib/frame";
import { Approvals } from "./approvals";
import { Checklist } from "./checklist";
import { Closing, Slow } from "./deals";
import { MyPipeline } from "./pipeline";
import { Waiting } from "./proposals";
import { closingQuery, myTasksQuery } from "./queries";

const MoreLink = ({ to, children }: { to: "/tasks" | "/proposals"; children: string }) => (
  <Link to={to} className="text-meta text-accent-text hover:underline">
    {children}
  </Link>
);

export function Home() {
  const me = useMe();
  const mayAddTask = useMay("task", "create");
  const tasks = useSuspenseInfiniteQuery(myTasksQuery()).data.pages[0];
  const proposals = useInfiniteQuery(pendingQuery()).data;
  const waiting = proposals ? countWords(proposals) : "0";
  const closing = useSuspenseQuery(closingQuery()).data;
  const late = (tasks?.items ?? []).filter((t) => t.due_date && daysUntil(t.due_date) < 0).length;
  // Two columns by the room that the assistant leaves, not by the window.
  return (
    <div className="@container">
      <div className="grid items-start gap-4 px-4 py-4 md:px-5 @4xl:grid-cols-[minmax(0,1fr)_348px] @4xl:gap-5">
        <div className="flex min-w-0 flex-col gap-4">
          <div className="flex items-start gap-3">
            <div className="min-w-0 flex-1">
              <h1 className="flex flex-wrap items-baseline gap-x-2 text-title text-fg">
                Today <span className="text-body font-normal text-fg-3">{weekday(new Date())}</span>
              </h1>
              <p className="text-cell text-fg-3">
                {me.user.name.split(" ")[0]}, {late > 0 ? plural(late, "overdue task") : "no overdue tasks"},{" "}
                {waiting === "0" ? "no" : waiting} {waiting === "1" ? "proposal" : "proposals"} waiting,{" "}
                {closing.length === 0 ? "no deals" : plural(closing.length, "deal")} to close or move.
              </p>
            </div>
            {mayAddTask && (
              <Button onClick={() => create({ kind: "task" })}>
                <Plus /> New task
              </Button>
            )}
          </div>
          <Checklist />
          <AgentResults />
          <Closing deals={closing} />
          <Card
            title={<>Tasks {late > 0 && <span className="text-cell font-normal text-fg-3">{late} overdue</span>}</>}
            aside={<MoreLink to="/tasks">All tasks</MoreLink>}
          >
            {tasks && tasks.items.length > 0 ? (
              <ul className="py-1">
                {tasks.items.map((task) => (
                  <TaskRow key={task.id} task={task} />
                ))}
              </ul>
            ) : (
              <p className="flex items-center gap-2 px-4 py-4 text-cell text-fg-3">
                <CircleCheck className="size-4" aria-hidden /> Nothing is due.
              </p>
            )}
          </Card>
          <Slow />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Approvals />
          <Waiting
            proposals={proposals ? allOf(proposals) : []}
            count={waiting}
            more={<MoreLink to="/proposals">Review all</MoreLink>}
          />
          <MyPipeline />
        </div>
      </div>
    </div>
  );
}
