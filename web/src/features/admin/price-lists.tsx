import { useSuspenseQuery } from "@tanstack/react-query";
import { Plus, Tag } from "lucide-react";
import { useState } from "react";
import { patch, remove } from "@/api/client";
import { useMay } from "@/api/shared";
import type { PriceList } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { date, number } from "@/lib/format";
import { EntryMenu } from "./entry-menu";
import { AdminPage, PlainTable } from "./layout";
import { PriceListForm } from "./price-list-form";
import { Prices } from "./prices";
import { priceListsQuery } from "@/components/crm/billing";
import { useSave } from "./use-save";

export function PriceLists() {
  const lists = useSuspenseQuery(priceListsQuery()).data;
  const may = useMay("product", "update");
  const [open, setOpen] = useState<PriceList | "new" | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  return (
    <AdminPage
      title="Price lists"
      text="A new line of a deal is proposed the price of the list that holds for its currency and the day; where none does, the product’s own."
      aside={
        may && (
          <Button variant="primary" onClick={() => setOpen("new")}>
            <Plus /> New price list
          </Button>
        )
      }
    >
      {lists.length === 0 ? (
        <Empty icon={Tag} title="No price lists yet">
          Deals take the products’ own prices.
        </Empty>
      ) : (
        <PlainTable
          heads={[
            { label: "Price list" },
            { label: "Currency" },
            { label: "Holds" },
            { label: "Prices", right: true },
            { label: "" },
          ]}
        >
          {lists.map((l) => (
            <ListRow
              key={l.id}
              list={l}
              may={may}
              shown={shown === l.id}
              onShow={() => setShown(shown === l.id ? null : l.id)}
              onEdit={() => setOpen(l)}
            />
          ))}
        </PlainTable>
      )}
      {shown && <Prices key={shown} id={shown} may={may} />}
      {open && <PriceListForm {...(open === "new" ? {} : { list: open })} onClose={() => setOpen(null)} />}
    </AdminPage>
  );
}

const span = (l: PriceList): string =>
  l.valid_from && l.valid_to
    ? `${date(l.valid_from)} to ${date(l.valid_to)}`
    : l.valid_from
      ? `from ${date(l.valid_from)}`
      : l.valid_to
        ? `until ${date(l.valid_to)}`
        : "always";

function ListRow(props: { list: PriceList; may: boolean; shown: boolean; onShow: () => void; onEdit: () => void }) {
  const { list } = props;
  const path = { id: list.id };
  const archive = useSave((archived: boolean) =>
    patch("/price-lists/{id}", { path, body: { archived }, ifMatch: list.version }),
  );
  const drop = useSave(() => remove("/price-lists/{id}", { path, ifMatch: list.version }), `Deleted ${list.name}`);
  return (
    <tr>
      <td className="font-medium text-fg">
        {list.name} {list.default && <Badge kind="selected">Default</Badge>}{" "}
        {list.archived && <Badge kind="outline">Archived</Badge>}
      </td>
      <td>{list.currency}</td>
      <td className="tnum">{span(list)}</td>
      <td className="text-right tnum">{number(list.prices)}</td>
      <td className="text-right whitespace-nowrap">
        <Button size="row" variant="quiet" aria-expanded={props.shown} onClick={props.onShow}>
          {props.shown ? "Hide prices" : "Show prices"}
        </Button>
        {props.may && (
          <EntryMenu
            name={list.name}
            archived={list.archived}
            onEdit={props.onEdit}
            onArchive={(archived) => archive.mutate(archived)}
            onDelete={() => drop.mutate(undefined)}
          />
        )}
      </td>
    </tr>
  );
}
