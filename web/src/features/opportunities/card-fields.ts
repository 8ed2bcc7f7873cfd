/** What cards show below their name and amount: as the saved board has it, until this person chooses otherwise. */
import { useFields } from "@/api/shared";
import { useChosenColumns, type ChosenColumns } from "@/components/crm/list/use-columns";
import type { ListSearch } from "@/components/crm/list/search";
import { useViews } from "@/components/crm/list/view-query";
import { useMemo } from "react";
import { isHidden, type ListColumn } from "./columns";
import { useColumns } from "./custom";
import { SPEC } from "./spec";

/** Those that a card has a place of its own for; the others stand in lines with their names. */
const PLACED = ["next_step", "forecast_category", "owner", "close_date"];
/** What every card shows. */
const ALWAYS = ["name", "account", "amount"];
const CARDS = { ...SPEC, noun: ["card", "cards"] as [string, string] };

export interface CardFields {
  /** Of `PLACED`, those that show. */
  placed: ReadonlySet<string>;
  lines: ListColumn[];
}

export interface CardChoice {
  columns: ListColumn[];
  chosen: ChosenColumns;
  fields: CardFields;
}

export function useCardFields(search: ListSearch): CardChoice {
  const { hides } = useFields("opportunity");
  const all = useColumns();
  const view = useViews("opportunity").find((v) => v.id === search.view);
  const columns = all
    .filter((c) => c.id === "name" || !ALWAYS.includes(c.id))
    .map((c) => ({ ...c, hidden: !(PLACED.includes(c.id) || (c.id === "stage" && Boolean(search.by))) }));
  const chosen = useChosenColumns(CARDS, view?.layout === "board" ? view : undefined, columns);
  const readable = columns.filter((c) => c.id !== "name" && !isHidden(c.id, hides));
  const ids = chosen.shown.map((c) => c.id).join();
  const known = readable.map((c) => c.id).join();
  const fields = useMemo((): CardFields => {
    const shown = ids.split(",").flatMap((id) => all.find((c) => c.id === id && known.split(",").includes(id)) ?? []);
    return {
      placed: new Set(PLACED.filter((id) => shown.some((c) => c.id === id))),
      lines: shown.filter((c) => !PLACED.includes(c.id)),
    };
  }, [all, ids, known]);
  return { columns: readable, chosen, fields };
}
