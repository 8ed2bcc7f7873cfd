/** A field for a note: `@` finds people and teams, `#` records; arrows choose, Enter takes. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useId, useRef, useState, type ComponentProps, type KeyboardEvent } from "react";
import { get } from "@/api/client";
import { teamsQuery, useMay, usersQuery } from "@/api/shared";
import { CompanyMark, PersonMark } from "@/components/ui/marks";
import { Textarea } from "@/components/ui/input";
import { cn } from "@/lib/cn";
import { useRested } from "@/lib/hooks";
import { TeamMark } from "../team-mark";
import { asked, labelOf, type Mention, type MentionKind } from "./mentions";

const MOST = 8;
const RECORDS = ["opportunity", "account", "contact", "lead"] as const;
type RecordKind = (typeof RECORDS)[number];
const isRecord = (type: string): type is RecordKind => (RECORDS as readonly string[]).includes(type);

interface Found {
  kind: MentionKind;
  id: string;
  name: string;
  hint: string;
}

const recordsQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", "mention", q],
    queryFn: async ({ signal }) => {
      const { items } = await get("/search", { query: { q, limit: MOST }, signal });
      return items.flatMap((hit): Found[] =>
        isRecord(hit.type) ? [{ kind: hit.type, id: hit.id, name: hit.title, hint: hit.subtitle ?? hit.type }] : [],
      );
    },
    placeholderData: keepPreviousData,
  });

function useFound(looking: ReturnType<typeof asked>): Found[] {
  const mayPeople = useMay("user", "read");
  const mayTeams = useMay("team", "read");
  const people = looking?.sign === "@";
  const users = useQuery({ ...usersQuery(), enabled: people && mayPeople }).data ?? [];
  const teams = useQuery({ ...teamsQuery(), enabled: people && mayTeams }).data ?? [];
  const q = useRested(looking?.sign === "#" ? looking.query.trim() : "", 150);
  const records = useQuery({ ...recordsQuery(q), enabled: q.length > 1 }).data ?? [];
  if (!looking) return [];
  if (!people) return q.length > 1 ? records : [];
  const wanted = looking.query.trim().toLowerCase();
  const all: Found[] = [
    ...users.filter((u) => u.active).map((u) => ({ kind: "person" as const, id: u.id, name: u.name, hint: u.email })),
    ...teams.map((t) => ({ kind: "team" as const, id: t.id, name: t.name, hint: "team" })),
  ];
  return all.filter((f) => f.name.toLowerCase().includes(wanted)).slice(0, MOST);
}

function Mark({ found }: { found: Found }) {
  if (found.kind === "team") return <TeamMark />;
  if (found.kind === "opportunity" || found.kind === "account") return <CompanyMark name={found.name} />;
  return <PersonMark id={found.id} name={found.name} />;
}

type Props = Omit<ComponentProps<"textarea">, "onChange" | "value"> & {
  value: string;
  onText: (text: string) => void;
  /** What was picked, and the text with it. */
  onPick: (mention: Mention, text: string) => void;
};

export function NoteBox({ value, onText, onPick, onKeyDown, ...rest }: Props) {
  const list = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const looking = caret === null ? null : asked(value, caret);
  const found = useFound(looking);
  const open = looking !== null && found.length > 0;
  const chosen = Math.min(at, found.length - 1);
  const take = (one: Found | undefined) => {
    if (!one || !looking || caret === null) return;
    const label = labelOf(one.kind, one.name);
    const end = looking.start + label.length + 1;
    onPick({ kind: one.kind, id: one.id, label }, `${value.slice(0, looking.start)}${label} ${value.slice(caret)}`);
    setCaret(null);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(end, end);
    });
  };
  const keys = (e: KeyboardEvent<HTMLTextAreaElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (open && step) setAt((chosen + step + found.length) % found.length);
    else if (open && (e.key === "Enter" || e.key === "Tab") && !e.metaKey && !e.ctrlKey) take(found[chosen]);
    else if (open && e.key === "Escape") setCaret(null);
    else return onKeyDown?.(e);
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div className="relative">
      <Textarea
        ref={field}
        value={value}
        aria-autocomplete="list"
        aria-controls={open ? list : undefined}
        aria-activedescendant={open ? `${list}-${chosen}` : undefined}
        onChange={(e) => {
          onText(e.target.value);
          setCaret(e.target.selectionStart);
          setAt(0);
        }}
        onBlur={() => setCaret(null)}
        onKeyDown={keys}
        {...rest}
      />
      {open && (
        <ul
          id={list}
          role="listbox"
          aria-label={looking.sign === "@" ? "People and teams" : "Records"}
          className="absolute inset-x-0 top-full z-40 mt-1 max-h-72 max-w-sm overflow-y-auto rounded-lg bg-surface py-1 shadow-3"
        >
          {found.map((one, n) => (
            <li
              key={`${one.kind}:${one.id}`}
              id={`${list}-${n}`}
              role="option"
              aria-selected={n === chosen}
              className={cn(
                "flex cursor-pointer items-center gap-2 px-2.5 py-1.5 text-cell text-fg pointer-coarse:min-h-11",
                n === chosen && "bg-active",
              )}
              // Before the field loses the focus.
              onPointerDown={(e) => {
                e.preventDefault();
                take(one);
              }}
            >
              <Mark found={one} />
              <span className="min-w-0 flex-1 truncate">{one.name}</span>
              <span className="max-w-[45%] truncate text-meta text-fg-3">{one.hint}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
