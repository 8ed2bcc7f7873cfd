/** The form of a new record: its fields, those of one's own, what may be there already, and what was typed before. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState, type SyntheticEvent } from "react";
import { ApiError } from "@/api/problem";
import { customFieldsQuery, useFields, useMe } from "@/api/shared";
import type { CustomField, DuplicateCheck, MatchObject, Ref } from "@/api/types";
import { CustomInput, type CustomValues } from "@/components/crm/custom-inputs";
import { Duplicates, useDuplicates } from "@/components/crm/duplicates";
import { useLanding } from "@/components/crm/form-errors";
import { PAGES } from "@/components/crm/record-link";
import { useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { dropDraft, useDraft } from "./draft";
import { bodyOfNew, checkNew, type NewField, type NewValues } from "./fields";
import { useForeseen } from "./foreseen";
import { NewInput } from "./input";
import { Restored } from "./restored";

interface Props {
  object: "opportunity" | "account" | "contact" | "lead";
  fields: NewField[];
  /** What the form begins with where nothing was typed before. */
  begin?: NewValues;
  /** What it was opened for, whatever was typed before. */
  initial?: NewValues;
  /** The values by which records are told to be the same, where any are. */
  compared?: (values: NewValues) => Omit<DuplicateCheck, "object">;
  /** The fields, custom ones as `custom.<key>`, that what was chosen asks for, each with what is said of it. */
  asked?: (values: NewValues) => Record<string, string>;
  /** What is wrong with several fields together. */
  check?: (values: NewValues) => Record<string, string>;
  send: (body: Record<string, unknown>) => Promise<{ data: Ref; eventId: string | null }>;
  onClose: () => void;
}

export function NewRecord(props: Props) {
  const { object, onClose } = props;
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const told = useTold();
  const access = useFields(object);
  const form = useRef<HTMLFormElement>(null);
  const initial: NewValues = {
    ...Object.fromEntries(props.fields.map((f) => [f.name, ""])),
    ...props.begin,
    ...props.initial,
  };
  const [begun] = useState(() => JSON.stringify({ values: initial, custom: {} }));
  const [values, setValues] = useState(initial);
  const [custom, setCustom] = useState<CustomValues>({});
  const [all, setAll] = useState(false);
  const [sending, setSending] = useState(false);
  const draft = useDraft(me.user.id, object, begun, { values, custom });
  const [restored, setRestored] = useState<number | null>(null);
  if (draft.found && restored === null) {
    setRestored(draft.found.at);
    setValues({ ...initial, ...draft.found.values, ...props.initial });
    setCustom(draft.found.custom);
  }

  const asked = props.asked?.(values) ?? {};
  const fields = props.fields.filter((f) => !access.locks(f.name));
  const shown = fields.filter((f) => all || !f.more || asked[f.name] !== undefined || values[f.name]);
  const own = useOwnFields(object, asked);
  const ownShown = own.filter((f) => all || f.needed !== null || (custom[f.field.key] ?? null) !== null);
  const hidden = fields.length - shown.length + own.length - ownShown.length;
  const keys = [...fields.map((f) => f.name), ...own.map((f) => `custom.${f.field.key}`)];
  const { errors, above, check, land } = useLanding(Object.fromEntries(keys.map((key) => [key, key])));
  const matched: MatchObject | null = props.compared && object !== "opportunity" ? object : null;
  const { found, blocked, anyway, refused } = useDuplicates(matched ?? "account", props.compared?.(values) ?? {});

  const bodyNow = () => {
    const body = access.writable(bodyOfNew(fields, values, me.organisation.currency));
    return { ...body, ...(Object.keys(custom).length > 0 ? { custom } : {}) };
  };
  const { foreseen, leave, forget } = useForeseen(object, bodyNow());

  // The first thing that is wrong is where one goes on.
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const wrong = { ...checkNew(fields, values, asked), ...props.check?.(values) };
    for (const { field, needed } of own)
      if (needed !== null && (custom[field.key] ?? null) === null) wrong[`custom.${field.key}`] = needed;
    if (!check(wrong) || sending) return;
    setSending(true);
    try {
      const said = bodyNow();
      const { data, eventId } = await props.send(matched ? { ...said, allow_duplicates: anyway } : said);
      dropDraft(me.user.id, object);
      void client.invalidateQueries({ queryKey: [PAGES[object].split("/")[1]] });
      onClose();
      await navigate({ to: PAGES[object], params: { id: data.id } });
      told(`Added ${data.name}`, eventId);
    } catch (error) {
      refused(error);
      land(error);
      // What is wrong must be in sight.
      if (error instanceof ApiError && error.fields.some((f) => !errors[f.field])) setAll(true);
    } finally {
      setSending(false);
    }
  };
  const anew = () => {
    draft.forget();
    setValues(initial);
    setCustom({});
    setRestored(null);
    check({});
    forget();
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={`New ${object}`}
      footer={
        <>
          {hidden > 0 && (
            <Button variant="quiet" className="mr-auto" onClick={() => setAll(true)}>
              More fields
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={`new-${object}`} busy={sending && "Adding"}>
            {anyway ? "Add anyway" : `Add ${object}`}
          </Button>
        </>
      }
    >
      <form ref={form} id={`new-${object}`} noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {restored !== null && <Restored at={restored} onAnew={anew} />}
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <div className="grid grid-cols-2 gap-3">
          {shown.map((field, i) => (
            <div key={field.name} className="contents" onBlur={() => leave(field.name)}>
              <NewInput
                field={field}
                label={field.kind === "money" ? `${field.label}, ${me.organisation.currency}` : field.label}
                required={(field.required ?? asked[field.name]) !== undefined}
                error={errors[field.name] ?? foreseen(field.name)}
                autoFocus={i === 0}
                value={values[field.name] ?? null}
                onChange={(value) => setValues({ ...values, [field.name]: value })}
              />
            </div>
          ))}
        </div>
        {matched && <Duplicates object={matched} found={found} blocked={blocked} />}
        {ownShown.map(({ field, needed }) => (
          <div key={field.id} className="contents" onBlur={() => leave(`custom.${field.key}`)}>
            <CustomInput
              field={field}
              optional={needed === null}
              value={custom[field.key]}
              error={errors[`custom.${field.key}`] ?? foreseen(`custom.${field.key}`)}
              onChange={(value) => setCustom({ ...custom, [field.key]: value })}
            />
          </div>
        ))}
      </form>
    </Overlay>
  );
}

/** One's own fields that a new record can have; `needed` says why one must be filled. */
function useOwnFields(object: CustomField["object"], asked: Record<string, string>) {
  const access = useFields(object);
  const all = useQuery(customFieldsQuery()).data ?? [];
  return all
    .filter((f) => f.object === object && !f.archived && f.kind !== "formula" && !access.locks(`custom.${f.key}`))
    .map((field) => ({
      field,
      needed:
        field.required && (field.default ?? null) === null
          ? `${field.label} is needed.`
          : (asked[`custom.${field.key}`] ?? null),
    }));
}
