import type { SlaPart } from "@/api/types";
import { ShareBar } from "@/components/ui/share-bar";
import { Card } from "@/components/ui/states";
import { number } from "@/lib/format";
import { share } from "./share";

/** Shares of what was kept, part by part, with bars. */
export function Parts(props: { title: string; parts: SlaPart[]; nobody: string }) {
  return (
    <Card title={props.title}>
      {props.parts.length === 0 ? (
        <p className="px-4 py-3 text-cell text-fg-3">Nothing was decided in this time.</p>
      ) : (
        <table className="w-full text-cell">
          <thead>
            <tr className="border-b border-line text-meta text-fg-3">
              <th scope="col" className="px-4 py-1.5 text-left font-medium">
                Name
              </th>
              <th scope="col" className="hidden w-2/5 py-1.5 sm:table-cell">
                <span className="sr-only">Share that was kept</span>
              </th>
              <th scope="col" className="py-1.5 text-right font-medium">
                Kept
              </th>
              <th scope="col" className="px-4 py-1.5 text-right font-medium">
                Broken
              </th>
            </tr>
          </thead>
          <tbody>
            {props.parts.slice(0, 12).map((part) => (
              <tr key={part.of?.id ?? "none"} className="border-b border-line last:border-b-0">
                <th
                  scope="row"
                  className="max-w-0 truncate px-4 py-2 text-left font-normal text-fg"
                  title={part.of?.name}
                >
                  {part.of?.name ?? props.nobody}
                </th>
                <td className="hidden py-2 sm:table-cell" aria-hidden>
                  <ShareBar share={(part.percent ?? 0) / 100} tone="bg-chart-2" />
                </td>
                <td className="w-20 py-2 text-right text-fg tnum">{share(part.percent)}</td>
                <td className="w-20 px-4 py-2 text-right text-fg tnum">{number(part.breached)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
