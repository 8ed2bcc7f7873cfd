/** Keys on a card that has the focus: the arrows go to other cards, letters act on it. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, type KeyboardEvent } from "react";
import type { Board, Opportunity } from "@/api/types";
import { cardOn } from "@/components/crm/board-model";
import { quickOf, type OnQuick } from "./card-quick";

const links = (within: Element | null | undefined): HTMLElement[] => [
  ...(within?.querySelectorAll<HTMLElement>("[data-card] a") ?? []),
];

/** The next card in the column, or the nearest in height in the next column that has one. */
function next(from: HTMLElement, key: string): HTMLElement | undefined {
  const column = from.closest("section");
  const own = links(column);
  const at = own.indexOf(from);
  if (key === "ArrowDown") return own[at + 1];
  if (key === "ArrowUp") return own[at - 1];
  const columns = [...(from.closest("[data-board]")?.querySelectorAll("section") ?? [])];
  const here = column ? columns.indexOf(column) : -1;
  const ahead = key === "ArrowRight" ? columns.slice(here + 1) : columns.slice(0, here).reverse();
  const found = links(ahead.find((c) => links(c).length > 0));
  const away = (link: HTMLElement) => Math.abs(link.getBoundingClientRect().top - from.getBoundingClientRect().top);
  return found.sort((a, b) => away(a) - away(b))[0];
}

export function useBoardKeys(active: boolean, onQuick: OnQuick) {
  const client = useQueryClient();
  return useCallback(
    (event: KeyboardEvent) => {
      const link = event.target;
      if (!active || !(link instanceof HTMLElement) || link.tagName !== "A") return;
      const id = link.closest<HTMLElement>("[data-card]")?.dataset.card;
      if (!id || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key.startsWith("Arrow")) {
        const to = next(link, event.key);
        if (!to) return;
        event.preventDefault();
        to.focus();
        to.closest("[data-card]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
        return;
      }
      const o = recordOf(client.getQueriesData<Board>({ queryKey: ["opportunities", "board"] }), id);
      const what = o && quickOf(event.key, o);
      if (!what) return;
      event.preventDefault();
      onQuick(o, what);
    },
    [active, client, onQuick],
  );
}

const recordOf = (boards: [unknown, Board | undefined][], id: string): Opportunity | undefined => {
  for (const [, board] of boards) {
    const found = board && cardOn(board, id);
    if (found) return found;
  }
  return undefined;
};
