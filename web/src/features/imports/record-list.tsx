import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "@/api/client";
import { ChoiceList } from "@/components/ui/combobox";
import { useRested } from "@/lib/hooks";

const findQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", "imports", q],
    queryFn: async ({ signal }) => (await get("/search", { query: { q, limit: 20 }, signal })).items,
    enabled: q.length > 1,
    placeholderData: keepPreviousData,
  });

/** A record of one of several kinds, by search. */
export function RecordList({ kinds, onPick }: { kinds: string[]; onPick: (id: string) => void }) {
  const [text, setText] = useState("");
  const q = useRested(text.trim(), 150);
  const found = useQuery(findQuery(q));
  const hits = (q.length > 1 ? (found.data ?? []) : []).filter((hit) => kinds.includes(hit.type));
  return (
    <ChoiceList
      choices={hits.map((hit) => ({ value: hit.id, label: hit.title, hint: hit.type }))}
      busy={found.isFetching}
      onSearch={setText}
      selected={[]}
      placeholder="Find a record"
      onPick={(c) => onPick(c.value)}
    />
  );
}
