import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Plus, SquareCheck } from "lucide-react";
import { useMay } from "@/api/shared";
import type { SubjectType } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Card, Empty } from "@/components/ui/states";
import { create } from "@/lib/frame";
import { tasksQuery } from "./task-query";
import { TaskRow } from "./task-row";

/** The tasks on one record. */
export function SubjectTasks({ subject }: { subject: { type: SubjectType; id: string; name: string } }) {
  const query = useSuspenseInfiniteQuery(tasksQuery({ subject_id: subject.id }));
  const tasks = query.data.pages.flatMap((p) => p.items);
  const may = useMay("task", "create");
  const add = may && (
    <Button size="card" onClick={() => create({ kind: "task", subject })}>
      <Plus /> New task
    </Button>
  );
  if (tasks.length === 0) {
    return (
      <Empty icon={SquareCheck} title="No tasks here" action={add}>
        What is to be done next, by whom and by when.
      </Empty>
    );
  }
  return (
    <Card title="Tasks" aside={add}>
      <ul>
        {tasks.map((task) => (
          <TaskRow key={task.id} task={task} showSubject={false} showAssignee />
        ))}
      </ul>
    </Card>
  );
}
