import { useSuspenseQuery } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Box, Ellipsis, Pencil, Plus } from "lucide-react";
import { useState } from "react";
import { patch } from "@/api/client";
import { productsQuery, useMay } from "@/api/shared";
import type { Product } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { Empty } from "@/components/ui/states";
import { money } from "@/lib/format";
import { AdminPage, PlainTable } from "./layout";
import { ProductForm } from "./product-form";
import { useSave } from "./use-save";

export function Products() {
  const products = useSuspenseQuery(productsQuery()).data;
  const may = useMay("product", "update");
  const [open, setOpen] = useState<Product | "new" | null>(null);
  const add = may && (
    <Button variant="primary" onClick={() => setOpen("new")}>
      <Plus /> New product
    </Button>
  );
  return (
    <AdminPage title="Products" text="What deals are made of, with list prices." aside={add}>
      {products.length === 0 ? (
        <Empty icon={Box} title="No products yet">
          Add one here, or import a file of them.
        </Empty>
      ) : (
        <PlainTable
          heads={[
            { label: "Product" },
            { label: "Code" },
            { label: "Family" },
            { label: "Price", right: true },
            { label: "" },
          ]}
        >
          {products.map((p) => (
            <ProductRow key={p.id} product={p} may={may} onEdit={() => setOpen(p)} />
          ))}
        </PlainTable>
      )}
      {open && <ProductForm {...(open === "new" ? {} : { product: open })} onClose={() => setOpen(null)} />}
    </AdminPage>
  );
}

function ProductRow({ product, may, onEdit }: { product: Product; may: boolean; onEdit: () => void }) {
  const archive = useSave(
    (archived: boolean) =>
      patch("/products/{id}", { path: { id: product.id }, body: { archived }, ifMatch: product.version }),
    (archived) => (archived ? `Archived ${product.name}` : `Restored ${product.name}`),
  );
  return (
    <tr>
      <td className="font-medium text-fg">
        {product.name} {product.archived && <Badge kind="outline">Archived</Badge>}
      </td>
      <td className="font-mono text-code">{product.code}</td>
      <td>{product.family}</td>
      <td className="text-right text-fg tnum">{money(product.unit_price)}</td>
      <td className="w-8 text-right">
        {may && (
          <Menu
            align="end"
            trigger={
              <Button variant="quiet" size="icon" aria-label={`More for ${product.name}`}>
                <Ellipsis />
              </Button>
            }
            items={[
              { label: "Edit", icon: <Pencil />, run: onEdit },
              product.archived
                ? { label: "Restore", icon: <ArchiveRestore />, run: () => archive.mutate(false) }
                : { label: "Archive", icon: <Archive />, run: () => archive.mutate(true) },
            ]}
          />
        )}
      </td>
    </tr>
  );
}
