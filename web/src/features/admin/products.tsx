import { useSuspenseQuery } from "@tanstack/react-query";
import { Box } from "lucide-react";
import { productsQuery } from "@/api/shared";
import { Empty } from "@/components/ui/states";
import { money } from "@/lib/format";
import { AdminPage, PlainTable } from "./layout";

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
