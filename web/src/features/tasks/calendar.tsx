/** A month of tasks. A task is dragged to another day; by keyboard, its due date is changed in its own form. */
import { DndContext, MouseSensor, TouchSensor, useSensor, useSensors, type DragEndEvent } from "@dnd-kit/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import type { Task } from "@/api/types";
import { useTaskEdit } from "@/components/crm/task-edit";
import { Button } from "@/components/ui/button";
import { date, month as monthWords, today, weekdayShort } from "@/lib/format";
import { CalendarDay } from "./calendar-day";
import { sheetQuery } from "./queries";
import { monthOn, sheetOf, weeksOf } from "./sheet";

export function Calendar({ month, everyone }: { month: string; everyone: boolean }) {
  const days = sheetOf(month);
  const [first = "", last = ""] = [days[0]?.date, days.at(-1)?.date];
  const { data, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery(sheetQuery(first, last, everyone));
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const tasks = data?.pages.flatMap((page) => page.items) ?? [];
  const byDay = new Map<string, Task[]>();
  for (const task of tasks) byDay.set(task.due_date ?? "", [...(byDay.get(task.due_date ?? "") ?? []), task]);
  const { change } = useTaskEdit();
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 4 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 180, tolerance: 8 } }),
  );
  const drop = ({ active, over }: DragEndEvent) => {
    const task = active.data.current as Task | undefined;
    const day = over ? String(over.id) : null;
    if (!task || !day || day === task.due_date) return;
    change.mutate({ task, body: { due_date: day }, said: `Due ${date(day)}` });
  };
  return (
    <>
      <Head month={month} everyone={everyone} />
      <DndContext sensors={sensors} onDragEnd={drop}>
        <div
          role="grid"
          aria-label={monthWords(month)}
          aria-busy={!data}
          className="grid flex-1 grid-cols-1 overflow-hidden rounded-lg border border-line md:grid-cols-7"
        >
          <div role="row" className="contents">
            {days.slice(0, 7).map((day) => (
              <span
                key={day.date}
                role="columnheader"
                className="border-b border-line bg-muted px-2 py-1 text-meta text-fg-3 max-md:sr-only"
              >
                {weekdayShort(day.date)}
              </span>
            ))}
          </div>
          {weeksOf(days).map((week) => (
            <div key={week[0]?.date} role="row" className="contents">
              {week.map((day) => (
                <CalendarDay
                  key={day.date}
                  day={day}
                  isToday={day.date === today()}
                  tasks={byDay.get(day.date) ?? []}
                  showAssignee={everyone}
                />
              ))}
            </div>
          ))}
        </div>
      </DndContext>
    </>
  );
}

function Head({ month, everyone }: { month: string; everyone: boolean }) {
  const here = { view: "calendar", ...(everyone ? { everyone: true as const } : {}) };
  const step = (by: number, label: string, icon: ReactNode) => (
    <Button asChild variant="quiet" size="icon">
      <Link to="/tasks" search={{ ...here, month: monthOn(month, by) }} aria-label={label}>
        {icon}
      </Link>
    </Button>
  );
  return (
    <div className="flex flex-wrap items-center gap-1">
      {step(-1, "The month before", <ChevronLeft />)}
      <h2 className="min-w-36 text-center text-section text-fg">{monthWords(month)}</h2>
      {step(1, "The month after", <ChevronRight />)}
      <Button asChild variant="quiet">
        <Link to="/tasks" search={here}>
          Today
        </Link>
      </Button>
      <span className="flex-1" />
      <Button asChild>
        <Link to="/tasks" search={{ view: "calendar", month, ...(everyone ? {} : { everyone: true }) }}>
          {everyone ? "Show mine" : "Show everyone’s"}
        </Link>
      </Button>
    </div>
  );
}
