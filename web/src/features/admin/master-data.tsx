import { useSuspenseQuery } from "@tanstack/react-query";
import { Box } from "lucide-react";
import { optionsQuery, pipelinesQuery, productsQuery } from "@/api/shared";
import type { OptionKind } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { StageRing } from "@/components/ui/stage-ring";
import { Card, Empty } from "@/components/ui/states";
import { money } from "@/lib/format";
import { AdminPage, PlainTable } from "./layout";

const LISTS: [OptionKind, string][] = [
  ["opportunity_type", "Opportunity types"],
  ["source", "Sources"],
  ["industry", "Industries"],
  ["region", "Regions"],
  ["loss_reason", "Loss reasons"],
];

export function Pipelines() {
  const pipelines = useSuspenseQuery(pipelinesQuery()).data;
  const options = useSuspenseQuery(optionsQuery()).data;
  return (
    <AdminPage title="Pipelines" text="The stages that deals go through, and the lists that they choose from.">
      {pipelines.map((p) => (
        <Card key={p.id} title={p.name}>
          <ol className="py-1">
            {[...p.stages]
              .sort((a, b) => a.position - b.position)
              .map((s) => (
                <li key={s.id} className="flex h-9 items-center gap-2 px-4 text-cell">
                  <StageRing kind={s.kind} probability={s.probability} />
                  <span className="flex-1 font-medium text-fg">{s.name}</span>
                  <span className="text-fg-3 tnum">{s.probability} %</span>
                </li>
              ))}
          </ol>
        </Card>
      ))}
      {LISTS.map(([kind, label]) => (
        <Card key={kind} title={label}>
          <p className="flex flex-wrap gap-1.5 px-4 py-3">
            {options
              .filter((o) => o.kind === kind)
              .map((o) => (
                <Badge key={o.id}>{o.name}</Badge>
              ))}
          </p>
        </Card>
      ))}
    </AdminPage>
  );
}

export function Products() {
  const products = useSuspenseQuery(productsQuery()).data;
  return (
    <AdminPage title="Products" text="What deals are made of, with list prices.">
      {products.length === 0 ? (
        <Empty icon={Box} title="No products yet">
          Import a file of them.
        </Empty>
      ) : (
        <PlainTable
          heads={[{ label: "Product" }, { label: "Code" }, { label: "Family" }, { label: "Price", right: true }]}
        >
          {products.map((p) => (
            <tr key={p.id}>
              <td className="font-medium text-fg">{p.name}</td>
              <td className="font-mono text-code">{p.code}</td>
              <td>{p.family}</td>
              <td className="text-right text-fg tnum">{money(p.unit_price)}</td>
            </tr>
          ))}
        </PlainTable>
      )}
    </AdminPage>
  );
}
