import { useSuspenseQuery } from "@tanstack/react-query";
import { optionsQuery } from "@/api/shared";
import type { Opportunity } from "@/api/types";
import { useAllColumns } from "@/components/crm/custom-columns";
import { optionNames } from "@/components/crm/table/column";
import { COLUMNS } from "./columns";

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/** Chosen fields with their names; those without a value take no room. */
export function CardLines({ o, ids }: { o: Opportunity; ids: string[] }) {
  const option = optionNames(useSuspenseQuery(optionsQuery()).data);
  const columns = useAllColumns<Opportunity>("opportunity", COLUMNS);
  return (
    <dl className="flex flex-col gap-0.5 text-meta">
      {ids.map((id) => {
        const column = columns.find((c) => c.id === id);
        const value = column?.cell(o, option);
        if (!column || isEmpty(value) || (id.startsWith("custom.") && isEmpty(o.custom[id.replace("custom.", "")])))
          return null;
        return (
          <div key={id} className="flex min-w-0 items-baseline gap-2">
            <dt className="shrink-0 text-fg-3">{column.header}</dt>
            <dd className="ml-auto min-w-0 truncate text-fg-2">{value}</dd>
          </div>
        );
      })}
    </dl>
  );
}
