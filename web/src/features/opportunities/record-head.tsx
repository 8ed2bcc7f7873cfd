import { useState } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowRight, ArrowUpRight, Ellipsis, NotebookPen, Phone, Sparkle, SquareCheck, Trash2 } from "lucide-react";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { FIELD_LOCKED, useFields, useMay, useMe, useStages } from "@/api/shared";
import type { Opportunity, Stage } from "@/api/types";
import { composing } from "@/components/crm/composer";
import type { FieldValue } from "@/components/crm/editor";
import { Fact } from "@/components/crm/fact";
import { FORECAST } from "@/components/crm/show-value";
import { useSharing } from "@/components/crm/sharing";
import { useEdit } from "@/components/crm/use-edit";
import { useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { Company, Person } from "@/components/ui/marks";
import { Menu } from "@/components/ui/menu";
import { StageRing } from "@/components/ui/stage-ring";
import { failed } from "@/components/ui/toast";
import { date, daysUntil, money, plural } from "@/lib/format";
import { create, openAssistant } from "@/lib/frame";
import { loadable } from "@/lib/loadable";
import { editOf, FIELDS, type FieldName } from "./fields";
import { useLife } from "./life";
import type { OnMove } from "./use-move";

const NotesDialog = loadable(() => import("@/components/crm/routines/notes-dialog").then((m) => m.NotesDialog));

export function useFact(o: Opportunity) {
  const save = useEdit<Opportunity>("opportunities");
  const currency = useMe().organisation.currency;
  const fields = useFields("opportunity");
  return (name: FieldName) => {
    const def = FIELDS[name];
    const mine = fields.locks(def.field) ? FIELD_LOCKED : undefined;
    return {
      kind: def.kind,
      field: def.field,
      label: def.label,
      value: def.value(o),
      currency: o.amount?.currency ?? currency,
      clearable: def.clearable,
      ...("choices" in def && def.choices ? { choices: def.choices } : {}),
      accountId: name === "primary_contact" ? (o.account_id ?? undefined) : undefined,
      hidden: fields.hides(def.field),
      locked: o.may.update ? mine : `${o.owner.name} or an administrator can change this`,
      onSave: (value: FieldValue) => save(editOf(o, def, value)),
    };
  };
}

const Open = ({ to, id, name }: { to: "/accounts/$id" | "/contacts/$id"; id: string; name: string }) => (
  <Link
    to={to}
    params={{ id }}
    aria-label={`Open ${name}`}
    className="grid size-6 shrink-0 place-items-center rounded-sm text-fg-3 hover:bg-muted hover:text-fg"
  >
    <ArrowUpRight className="size-3.5" />
  </Link>
);

function closes(o: Opportunity): string {
  if (!o.close_date || o.stage.kind !== "open") return "";
  const left = daysUntil(o.close_date);
  if (left === 0) return "today";
  return left < 0 ? `${plural(-left, "day")} late` : left < 60 ? plural(left, "day") : "";
}

function forecast(o: Opportunity): string {
  const hidden = o.hidden_fields.includes("probability");
  return [FORECAST[o.forecast_category] ?? "", hidden ? "" : `${o.probability} %`].filter(Boolean).join(", ");
}

export function Facts({ o }: { o: Opportunity }) {
  const fact = useFact(o);
  const late = closes(o).endsWith("late");
  return (
    <div className="grid grid-cols-2 gap-x-6 gap-y-2 text-cell md:flex md:flex-wrap md:gap-x-6">
      <Fact {...fact("amount")} shown={o.amount && <span className="tnum">{money(o.amount)}</span>} />
      <Fact
        {...fact("close_date")}
        shown={
          o.close_date && (
            <>
              {date(o.close_date)}{" "}
              <span className={late ? "font-normal text-bad-text" : "font-normal text-fg-3"}>{closes(o)}</span>
            </>
          )
        }
      />
      <Fact {...fact("forecast_category")} shown={forecast(o)} />
      <Fact
        {...fact("account")}
        shown={o.account && <Company name={o.account.name} />}
        link={o.account && <Open to="/accounts/$id" id={o.account.id} name={o.account.name} />}
      />
      <Fact
        {...fact("primary_contact")}
        shown={o.primary_contact && <Person person={o.primary_contact} />}
        link={o.primary_contact && <Open to="/contacts/$id" id={o.primary_contact.id} name={o.primary_contact.name} />}
      />
      <Fact {...fact("owner")} shown={<Person person={o.owner} />} />
    </div>
  );
}

export function MoveMenu({ o, onMove, size }: { o: Opportunity; onMove: (stage: Stage) => void; size?: "touch" }) {
  const stages = useStages(o.pipeline_id);
  if (!o.may.update) return null;
  return (
    <Menu
      align="end"
      trigger={
        <Button {...(size ? { size, className: "flex-1" } : {})}>
          <ArrowRight /> Move{size ? "" : " stage"}
        </Button>
      }
      items={stages.map((s) => ({
        label: s.name,
        icon: <StageRing kind={s.kind} probability={s.probability} size={16} />,
        disabled: s.id === o.stage_id,
        run: () => onMove(s),
      }))}
    />
  );
}

export function Actions({ o, onMove }: { o: Opportunity; onMove: OnMove }) {
  const drop = useDelete(o);
  const life = useLife(o, onMove);
  const mayLog = useMay("activity", "create");
  const mayAddTask = useMay("task", "create");
  const mayAsk = useMay("agent", "use");
  const [notes, setNotes] = useState(false);
  const sharing = useSharing("opportunity", o);
  return (
    <div className="flex shrink-0 gap-2" data-print="hide">
      {sharing.follow}
      {sharing.dialog}
      {life.dialog}
      {notes && <NotesDialog about={{ type: "opportunity", id: o.id, name: o.name }} onClose={() => setNotes(false)} />}
      {mayLog && (
        <Button className="max-md:hidden" onClick={() => composing.set("call")}>
          <Phone /> Log
        </Button>
      )}
      <span className="max-md:hidden">
        <MoveMenu o={o} onMove={onMove} />
      </span>
      <Menu
        align="end"
        trigger={
          <Button size="icon" aria-label="More">
            <Ellipsis />
          </Button>
        }
        items={[
          ...(mayAddTask
            ? [
                {
                  label: "Add a task",
                  icon: <SquareCheck />,
                  run: () => create({ kind: "task", subject: { type: "opportunity", id: o.id, name: o.name } }),
                },
              ]
            : []),
          ...(mayAddTask && mayAsk
            ? [{ label: "Tasks from meeting notes", icon: <NotebookPen />, run: () => setNotes(true) }]
            : []),
          { label: "Ask about this deal", icon: <Sparkle />, run: () => openAssistant() },
          ...life.items,
          ...sharing.items,
          ...(o.may.delete
            ? (["line", { label: "Delete", icon: <Trash2 />, bad: true, run: () => drop() }] as const)
            : []),
        ]}
      />
    </div>
  );
}

function useDelete(o: Opportunity) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const told = useTold();
  const { mutate } = useMutation({
    mutationFn: () => remove("/opportunities/{id}", { path: { id: o.id }, ifMatch: o.version }),
    onSuccess: async ({ eventId }) => {
      await navigate({ to: "/opportunities", search: {} });
      client.removeQueries({ queryKey: ["opportunities", "detail", o.id] });
      await client.invalidateQueries({ queryKey: ["opportunities"] });
      told(`Deleted ${o.name}`, eventId);
    },
    onError: (error) => failed(`${o.name} was not deleted`, sentence(error)),
  });
  return mutate;
}
