/** What cards show below their name and amount: as the saved board has it, until this person chooses otherwise. */
import { useMemo } from "react";
import { useFields } from "@/api/shared";
import { useCustomFields } from "@/components/crm/custom-fields";
import type { ListSearch } from "@/components/crm/list/search";
import { useChosenColumns, type ChosenColumns } from "@/components/crm/list/use-columns";
import { useViews } from "@/components/crm/list/view-query";
import { HEADERS, isHidden } from "./column-names";
import { SPEC } from "./spec";

/** Those that a card has a place of its own for; the others stand in lines with their names. */
const PLACED = ["next_step", "forecast_category", "owner", "close_date"];
/** What every card shows. */
const ALWAYS = ["name", "account", "amount"];
const CARDS = { ...SPEC, noun: ["card", "cards"] as [string, string] };

export interface CardFields {
  /** Of `PLACED`, those that show. */
  placed: ReadonlySet<string>;
  /** The others, in their order. */
  lines: string[];
}

interface Choice {
  id: string;
  header: string;
  hidden: boolean;
}

interface CardChoice {
  columns: Choice[];
  chosen: ChosenColumns;
  fields: CardFields;
}

export function useCardFields(search: ListSearch): CardChoice {
  const { hides } = useFields("opportunity");
  const custom = useCustomFields("opportunity");
  const view = useViews("opportunity").find((v) => v.id === search.view);
  const all = [
    ...Object.entries(HEADERS).filter(([id]) => !ALWAYS.includes(id)),
    ...custom.map((f): [string, string] => [`custom.${f.key}`, f.label]),
  ].map(([id, header]): Choice => {
    const first = PLACED.includes(id) || (id === "stage" && Boolean(search.by));
    return { id, header, hidden: !first };
  });
  const name = { id: "name", header: "", hidden: false };
  const chosen = useChosenColumns(CARDS, view?.layout === "board" ? view : undefined, [name, ...all]);
  const columns = all.filter((c) => !isHidden(c.id, hides));
  const ids = chosen.shown
    .map((c) => c.id)
    .filter((id) => columns.some((c) => c.id === id))
    .join();
  const fields = useMemo((): CardFields => {
    const shown = ids.split(",").filter(Boolean);
    return {
      placed: new Set(shown.filter((id) => PLACED.includes(id))),
      lines: shown.filter((id) => !PLACED.includes(id)),
    };
  }, [ids]);
  return { columns, chosen, fields };
}
