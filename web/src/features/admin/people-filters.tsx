import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useMay } from "@/api/shared";
import type { Team } from "@/api/types";
import { Input, Select } from "@/components/ui/input";
import { rolesQuery, type PeopleSearch } from "./queries";

export function PeopleFilters(props: {
  search: PeopleSearch;
  onSearch: (next: PeopleSearch) => void;
  teams: Team[];
  total: string | null;
}) {
  const { search, onSearch } = props;
  const roles = useQuery({ ...rolesQuery(), enabled: useMay("role", "read") }).data ?? [];
  const pick = (key: "team" | "role" | "show") => (event: { target: { value: string } }) =>
    onSearch({ ...search, [key]: event.target.value || undefined });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <PersonSearch search={search} onSearch={onSearch} />
      <Select aria-label="Team" className="w-auto max-w-48" value={search.team ?? ""} onChange={pick("team")}>
        <option value="">All teams</option>
        {props.teams.map((t) => (
          <option key={t.id} value={t.id}>
            {t.name}
          </option>
        ))}
      </Select>
      {roles.length > 0 && (
        <Select aria-label="Role" className="w-auto max-w-48" value={search.role ?? ""} onChange={pick("role")}>
          <option value="">All roles</option>
          {roles.map((r) => (
            <option key={r.id} value={r.id}>
              {r.name}
            </option>
          ))}
        </Select>
      )}
      <Select aria-label="State" className="w-auto" value={search.show ?? ""} onChange={pick("show")}>
        <option value="">Active</option>
        <option value="inactive">Inactive</option>
        <option value="all">Active and inactive</option>
      </Select>
      {props.total && (
        <span role="status" className="text-meta text-fg-3 tnum">
          {props.total} {props.total === "1" ? "person" : "people"}
        </span>
      )}
    </div>
  );
}

function PersonSearch({ search, onSearch }: { search: PeopleSearch; onSearch: (next: PeopleSearch) => void }) {
  const [text, setText] = useState(search.q ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div className="relative w-full max-w-xs">
      <Search className="absolute top-2.5 left-2.5 size-3.5 text-fg-3" aria-hidden />
      <Input
        type="search"
        aria-label="Search people"
        placeholder="Name or e-mail"
        className="pl-8"
        value={text}
        onChange={(event) => {
          const q = event.target.value;
          setText(q);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => onSearch({ ...search, q: q.trim() || undefined }), 300);
        }}
      />
    </div>
  );
}
