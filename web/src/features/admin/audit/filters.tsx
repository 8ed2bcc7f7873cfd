import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { usersQuery } from "@/api/shared";
import { Input, Select } from "@/components/ui/input";
import type { AuditField, AuditSearch } from "./search";
import { OBJECTS } from "./words";

const LABELS: Partial<Record<AuditField, string>> = {
  type: "What",
  record_id: "Record",
  request_id: "Request",
};

/** Fields for what is asked for often, and chips for what a click in the log has set. */
export function AuditFilters(props: { search: AuditSearch; onChange: (search: AuditSearch) => void }) {
  const { search, onChange } = props;
  const users = useQuery(usersQuery()).data ?? [];
  const set = (field: AuditField, value: string) => {
    const { [field]: _, ...others } = search;
    onChange(value ? { ...others, [field]: value } : others);
  };
  const chips = (Object.keys(LABELS) as AuditField[]).filter((field) => search[field]);
  return (
    <div className="flex flex-col gap-2">
      <div className="grid grid-cols-2 gap-2 md:grid-cols-5">
        <Input
          aria-label="Search the log"
          placeholder="Search names"
          defaultValue={search.q ?? ""}
          key={search.q ?? ""}
          onKeyDown={(e) => e.key === "Enter" && set("q", e.currentTarget.value.trim())}
          onBlur={(e) => set("q", e.currentTarget.value.trim())}
          className="max-md:col-span-2"
        />
        <Select aria-label="Who" value={search.actor_id ?? ""} onChange={(e) => set("actor_id", e.target.value)}>
          <option value="">Anyone</option>
          {users.map((user) => (
            <option key={user.id} value={user.id}>
              {user.name}
            </option>
          ))}
        </Select>
        <Select aria-label="Object" value={search.object ?? ""} onChange={(e) => set("object", e.target.value)}>
          <option value="">Everything</option>
          {OBJECTS.map((object) => (
            <option key={object} value={object}>
              {object.replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase())}
            </option>
          ))}
        </Select>
        <Input
          type="date"
          aria-label="From day"
          value={search.from ?? ""}
          onChange={(e) => set("from", e.target.value)}
        />
        <Input type="date" aria-label="To day" value={search.to ?? ""} onChange={(e) => set("to", e.target.value)} />
      </div>
      {chips.length > 0 && (
        <ul aria-label="Filters" className="flex flex-wrap gap-1.5">
          {chips.map((field) => (
            <li
              key={field}
              className="inline-flex h-[26px] items-center overflow-hidden rounded-md border border-line-strong text-meta pointer-coarse:h-9"
            >
              <span className="flex h-full items-center bg-sunken px-2 text-fg-3">{LABELS[field]}</span>
              <span className="max-w-56 truncate px-2 font-medium text-fg">{search[field]}</span>
              <button
                type="button"
                aria-label={`Remove the filter on ${LABELS[field]?.toLowerCase()}`}
                onClick={() => set(field, "")}
                className="h-full border-l border-line px-1.5 text-fg-3 hover:text-fg focus-visible:-outline-offset-2"
              >
                <X className="size-3" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
