import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { remove } from "@/api/client";
import { useMay } from "@/api/shared";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { date, number, plural } from "@/lib/format";
import { AdminPage, PlainTable } from "./layout";
import { currenciesQuery, ratesQuery } from "./queries";
import { RatesDialog } from "./rates-dialog";
import { useSave } from "./use-save";

export function Currencies() {
  const currencies = useSuspenseQuery(currenciesQuery()).data;
  const may = useMay("organisation", "update");
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  const base = currencies.find((c) => c.base)?.code ?? "";
  return (
    <AdminPage
      title="Currencies"
      text={`Everything is summed in ${base}. A rate holds from its day on; open deals follow it, closed ones keep the rate of their closing day.`}
      aside={
        may && (
          <Button variant="primary" onClick={() => setAdding(true)}>
            <Plus /> Add rates
          </Button>
        )
      }
    >
      <PlainTable
        heads={[
          { label: "Currency" },
          { label: `In ${base} today`, right: true },
          { label: "Since" },
          { label: "Rates", right: true },
          { label: "" },
        ]}
      >
        {currencies.map((c) => (
          <tr key={c.code}>
            <td className="font-medium text-fg">
              {c.code} {c.base && <Badge kind="outline">The organisation’s own</Badge>}
            </td>
            <td className="text-right text-fg tnum">{c.base ? "1" : (c.rate ?? "none yet")}</td>
            <td className="tnum">{c.valid_from ? date(c.valid_from) : ""}</td>
            <td className="text-right tnum">{c.base ? "" : number(c.rates)}</td>
            <td className="text-right">
              {!c.base && (
                <Button
                  size="row"
                  variant="quiet"
                  aria-expanded={shown === c.code}
                  onClick={() => setShown(shown === c.code ? null : c.code)}
                >
                  {shown === c.code ? "Hide rates" : "Show rates"}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </PlainTable>
      {shown && <Rates currency={shown} base={base} may={may} />}
      {adding && <RatesDialog base={base} onClose={() => setAdding(false)} />}
    </AdminPage>
  );
}

function Rates({ currency, base, may }: { currency: string; base: string; may: boolean }) {
  const rates = useQuery(ratesQuery(currency)).data ?? [];
  const drop = useSave(
    (valid_from: string) => remove("/currency-rates/{currency}/{valid_from}", { path: { currency, valid_from } }),
    "Rate removed",
  );
  return (
    <Card
      title={`Rates of ${currency}`}
      aside={<span className="text-meta text-fg-3">{plural(rates.length, "rate")}</span>}
    >
      <div className="px-4 pb-2">
        <PlainTable heads={[{ label: "From" }, { label: `${base} for 1 ${currency}`, right: true }, { label: "" }]}>
          {rates.map((r) => (
            <tr key={r.valid_from}>
              <td className="tnum">{date(r.valid_from)}</td>
              <td className="text-right text-fg tnum">{r.rate}</td>
              <td className="w-8 text-right">
                {may && (
                  <Button
                    variant="quiet"
                    size="icon"
                    aria-label={`Remove the rate from ${date(r.valid_from)}`}
                    onClick={() => drop.mutate(r.valid_from)}
                  >
                    <Trash2 />
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </PlainTable>
      </div>
    </Card>
  );
}
