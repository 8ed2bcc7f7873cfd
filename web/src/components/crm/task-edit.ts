import { useMutation, useQueryClient } from "@tanstack/react-query";
import { patch, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Task } from "@/api/types";
import { failed } from "@/components/ui/toast";
import { useTold } from "./use-undo";

/** Changes of tasks; `quiet` where the caller says itself what was refused. */
export function useTaskEdit({ quiet = false }: { quiet?: boolean } = {}) {
  const client = useQueryClient();
  const told = useTold();
  const settle = () => Promise.all(["tasks", "timeline"].map((key) => client.invalidateQueries({ queryKey: [key] })));
  const change = useMutation({
    mutationFn: ({ task, body }: { task: Task; body: Record<string, unknown>; said: string }) =>
      patch("/tasks/{id}", { path: { id: task.id }, body, ifMatch: task.version }),
    onSuccess: ({ eventId }, { said }) => told(said, eventId),
    onError: (error) => {
      if (!quiet) failed("The task was not changed", sentence(error));
    },
    onSettled: settle,
  });
  const drop = useMutation({
    mutationFn: (task: Task) => remove("/tasks/{id}", { path: { id: task.id } }),
    onSuccess: ({ eventId }) => told("Task deleted", eventId),
    onError: (error) => failed("The task was not deleted", sentence(error)),
    onSettled: settle,
  });
  return { change, drop };
}
