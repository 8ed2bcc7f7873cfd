import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "@/api/client";
import { usersQuery } from "@/api/shared";
import type { Ref } from "@/api/types";
import { ChoiceList, Combobox, type Choice } from "@/components/ui/combobox";
import { CompanyMark, PersonMark } from "@/components/ui/marks";
import { useRested } from "@/lib/hooks";

/** `person`: a colleague or a contact. */
export type RefKind = "user" | "account" | "contact" | "lead" | "person";

const lookupQuery = (kind: "account" | "contact" | "lead", q: string, accountId: string | undefined) =>
  queryOptions({
    queryKey: [`${kind}s`, "lookup", q, accountId],
    queryFn: async ({ signal }) => {
      const query = { q, limit: 20, sort: q ? undefined : "name", account_id: accountId };
      if (kind === "lead") {
        const open = await get("/leads", { query: { q, limit: 20, sort: query.sort, state: "open" }, signal });
        return open.items.map((r): Ref & { hint?: string } => ({ id: r.id, name: r.name, hint: r.company ?? "" }));
      }
      const page = await (kind === "account"
        ? get("/accounts", { query, signal })
        : get("/contacts", { query, signal }));
      return page.items.map((r): Ref & { hint?: string } => ({
        id: r.id,
        name: r.name,
        hint: "last_name" in r ? (r.title ?? r.account?.name ?? "") : (r.domain ?? ""),
      }));
    },
    placeholderData: keepPreviousData,
  });

const LOOKED_UP = { user: "account", account: "account", contact: "contact", lead: "lead", person: "contact" } as const;

/** Colleagues are few and already loaded; companies, contacts and leads are looked up as one types. */
function useChoices(kind: RefKind, text: string, accountId?: string) {
  const q = useRested(text.trim(), 150);
  const ours = kind === "user" || kind === "person";
  const users = useQuery({ ...usersQuery(), enabled: ours });
  const found = useQuery({ ...lookupQuery(LOOKED_UP[kind], q, accountId), enabled: kind !== "user" });
  const wanted = text.trim().toLowerCase();
  const colleagues = (ours ? (users.data ?? []) : [])
    .filter((u) => u.active && u.name.toLowerCase().includes(wanted))
    .slice(0, kind === "person" ? 8 : undefined)
    .map((u): Choice => ({ value: u.id, label: u.name, mark: <PersonMark id={u.id} name={u.name} /> }));
  const mark = (r: Ref) =>
    kind === "account" ? <CompanyMark name={r.name} /> : <PersonMark id={r.id} name={r.name} />;
  const others = (kind === "user" ? [] : (found.data ?? [])).map((r): Choice => ({
    value: r.id,
    label: r.name,
    mark: mark(r),
    hint: r.hint,
  }));
  return { choices: [...colleagues, ...others], busy: kind === "user" ? users.isLoading : found.isFetching };
}

const FIND = {
  user: "Find a person",
  account: "Find an account",
  contact: "Find a contact",
  lead: "Find a lead",
  person: "Find a person",
};
const NONE: Choice = { value: "", label: "None" };

/** The list alone, for a cell's popover. */
export function RefList(props: {
  kind: RefKind;
  value: Ref | null;
  onPick: (ref: Ref | null) => void;
  accountId?: string | undefined;
  clearable?: boolean;
}) {
  const [text, setText] = useState("");
  const { choices, busy } = useChoices(props.kind, text, props.accountId);
  const all = props.clearable && props.value && !text ? [NONE, ...choices] : choices;
  return (
    <ChoiceList
      choices={all}
      busy={busy}
      onSearch={setText}
      selected={props.value ? [props.value.id] : []}
      placeholder={FIND[props.kind]}
      onPick={(c) => props.onPick(c.value ? { id: c.value, name: c.label } : null)}
    />
  );
}

/** The field, for forms. */
export function RefPicker(props: {
  id?: string;
  kind: RefKind;
  value: Ref | null;
  onChange: (ref: Ref | null) => void;
  accountId?: string;
  placeholder?: string;
  invalid?: boolean;
}) {
  const [text, setText] = useState("");
  const { choices, busy } = useChoices(props.kind, text, props.accountId);
  return (
    <Combobox
      {...(props.id ? { id: props.id } : {})}
      label={props.value?.name ?? <span className="text-fg-3">{props.placeholder ?? "Choose"}</span>}
      choices={choices}
      busy={busy}
      invalid={props.invalid ?? false}
      clearable
      value={props.value?.id ?? null}
      onSearch={setText}
      onChange={(value) => {
        const choice = choices.find((c) => c.value === value);
        props.onChange(choice ? { id: choice.value, name: choice.label } : null);
      }}
    />
  );
}
