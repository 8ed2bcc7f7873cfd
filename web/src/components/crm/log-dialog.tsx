/** Logs an activity from anywhere: on the record that is open, or on one that is looked up here. */
import { keepPreviousData, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "@/api/client";
import type { ActivityKind, SubjectType } from "@/api/types";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { CompanyMark, PersonMark } from "@/components/ui/marks";
import { Overlay } from "@/components/ui/overlay";
import { useRested } from "@/lib/hooks";
import { ActivityForm } from "./activity-form";
import { activityKind } from "./activity-kinds";

interface Subject {
  type: SubjectType;
  id: string;
  name: string;
}

const TYPES: Record<string, SubjectType> = {
  opportunities: "opportunity",
  accounts: "account",
  contacts: "contact",
  leads: "lead",
};
const isSubject = (type: string): type is SubjectType => Object.values(TYPES).includes(type as SubjectType);

const findQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", "records", q],
    queryFn: async ({ signal }) => {
      const { items } = await get("/search", { query: { q, limit: 8 }, signal });
      return items.flatMap((hit) => (isSubject(hit.type) ? [{ ...hit, type: hit.type }] : []));
    },
    enabled: q.length > 1,
    placeholderData: keepPreviousData,
  });

/** The record whose page is open. */
function useOpenRecord(): Subject | null {
  const client = useQueryClient();
  const [, path = "", id = ""] =
    /^\/(opportunities|accounts|contacts|leads)\/([0-9a-f-]{36})$/.exec(location.pathname) ?? [];
  const type = TYPES[path];
  if (!type) return null;
  const found = client.getQueryData<{ name: string }>([path, "detail", id]);
  return { type, id, name: found?.name ?? "this record" };
}

export function LogDialog({ kind, onClose }: { kind: ActivityKind; onClose: () => void }) {
  const open = useOpenRecord();
  const [subject, setSubject] = useState<Subject | null>(open);
  const [text, setText] = useState("");
  const q = useRested(text.trim(), 150);
  const found = useQuery(findQuery(q));
  const hits = q.length > 1 ? (found.data ?? []) : [];
  const label = activityKind(kind).label.toLowerCase();
  return (
    <Overlay
      open
      onOpenChange={(next) => !next && onClose()}
      title={kind === "note" ? "Write a note" : `Log ${kind === "email" ? "an" : "a"} ${label}`}
      {...(open ? { description: `On ${open.name}` } : {})}
    >
      <div className="flex flex-col gap-3">
        {!open && (
          <Field label="About" required>
            {(w) => (
              <Combobox
                id={w.id}
                autoOpen
                label={subject?.name ?? <span className="text-fg-3">Find a deal, a company or a person</span>}
                value={subject?.id ?? null}
                busy={found.isFetching}
                {...(q.length > 1 ? {} : { empty: "Type at least two letters of its name." })}
                onSearch={setText}
                choices={hits.map((hit) => ({
                  value: hit.id,
                  label: hit.title,
                  hint: hit.subtitle ?? hit.type,
                  mark:
                    hit.type === "account" || hit.type === "opportunity" ? (
                      <CompanyMark name={hit.title} />
                    ) : (
                      <PersonMark id={hit.id} name={hit.title} />
                    ),
                }))}
                onChange={(id) => {
                  const hit = hits.find((h) => h.id === id);
                  setSubject(hit ? { type: hit.type, id: hit.id, name: hit.title } : null);
                }}
              />
            )}
          </Field>
        )}
        <ActivityForm subject={subject} first={kind} onDone={onClose} />
      </div>
    </Overlay>
  );
}
