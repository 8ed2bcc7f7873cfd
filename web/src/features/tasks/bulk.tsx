/** What is done with several tasks at once. */
import { CalendarDays, Check, Flag, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/shared";
import { BulkBar, type Run } from "@/components/crm/list/bulk-bar";
import { Assign } from "@/components/crm/list/bulk-verbs";
import type { BulkSpec, Chosen } from "@/components/crm/list/bulk";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Menu } from "@/components/ui/menu";
import { Popover } from "@/components/ui/popover";
import { today } from "@/lib/format";
import type { ListedView } from "./queries";

const SPEC: BulkSpec = { object: "task", noun: ["task", "tasks"] };

export function TaskBulk(props: { view: ListedView; records: Chosen[]; onClear: () => void }) {
  return (
    <BulkBar
      spec={SPEC}
      records={props.records}
      all={null}
      onClear={props.onClear}
      verbs={(run) => <Verbs run={run} finished={props.view === "done"} />}
    />
  );
}

function Verbs({ run, finished }: { run: Run; finished: boolean }) {
  const mayEdit = useMay("task", "update");
  const mayDelete = useMay("task", "delete");
  return (
    <>
      {mayEdit && (
        <>
          {finished ? (
            <Button variant="quiet" onClick={() => run("Opening", "opened again", { set: { done: false } })}>
              <RotateCcw /> Reopen
            </Button>
          ) : (
            <Button variant="quiet" onClick={() => run("Finishing", "finished", { set: { done: true } })}>
              <Check /> Finish
            </Button>
          )}
          <Due run={run} />
          <Priority run={run} />
          <Assign onPick={(who) => run("Assigning", "assigned", { set: { assignee_id: who.id } })} />
        </>
      )}
      {mayDelete && (
        <Button variant="quietDanger" onClick={() => run("Deleting", "deleted", { delete: true })}>
          <Trash2 /> Delete
        </Button>
      )}
    </>
  );
}

function Due({ run }: { run: Run }) {
  const [open, setOpen] = useState(false);
  const put = (due_date: string | null) => {
    setOpen(false);
    run("Moving", "moved", { set: { due_date } });
  };
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      side="top"
      trigger={
        <Button variant="quiet">
          <CalendarDays /> Due
        </Button>
      }
    >
      <div className="flex w-56 flex-col gap-1 p-2">
        {[
          ["Today", today()],
          ["Tomorrow", today(1)],
          ["In a week", today(7)],
        ].map(([label, day = null]) => (
          <Button key={label} variant="quiet" className="justify-start" onClick={() => put(day)}>
            {label}
          </Button>
        ))}
        <Input type="date" aria-label="Another day" onChange={(e) => e.target.value && put(e.target.value)} />
        <Button variant="quiet" className="justify-start" onClick={() => put(null)}>
          No date
        </Button>
      </div>
    </Popover>
  );
}

function Priority({ run }: { run: Run }) {
  const item = (priority: string, label: string) => ({
    label,
    run: () => run("Changing", "changed", { set: { priority } }),
  });
  return (
    <Menu
      side="top"
      trigger={
        <Button variant="quiet">
          <Flag /> Priority
        </Button>
      }
      items={[item("high", "High"), item("normal", "Normal"), item("low", "Low")]}
    />
  );
}
