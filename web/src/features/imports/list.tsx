import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, CircleAlert } from "lucide-react";
import { useMay } from "@/api/shared";
import type { Import } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Spinner } from "@/components/ui/spinner";
import { dateTime, number } from "@/lib/format";
import { importsQuery, isMoving, OBJECTS } from "./queries";
import { Upload } from "./upload";

const WORDS: Record<Import["status"], string> = {
  mapping: "Columns to map",
  checking: "Checking",
  checked: "Checked, not imported",
  running: "Importing",
  done: "Imported",
  failed: "Failed",
  rolling_back: "Rolling back",
  rolled_back: "Rolled back",
};

function Status({ item }: { item: Import }) {
  const { status } = item;
  return (
    <Badge kind={status === "done" ? "ok" : status === "failed" ? "bad" : "neutral"}>
      {status === "done" && <Check aria-hidden />}
      {status === "failed" && <CircleAlert aria-hidden />}
      {isMoving(status) && <Spinner />}
      {WORDS[status]}
    </Badge>
  );
}

export function Imports() {
  const { data } = useSuspenseQuery(importsQuery());
  const may = useMay("import", "create");
  return (
    <div className="flex max-w-4xl flex-col gap-5 px-4 py-4 md:px-5">
      <h1 className="text-title text-fg">Import</h1>
      {may ? (
        <Upload />
      ) : (
        <p className="text-cell text-fg-3">Your role does not include importing. An administrator can add it.</p>
      )}
      {data.length > 0 && (
        <div className="scroll-thin overflow-x-auto">
          <table className="w-full min-w-[560px] text-cell text-fg-2">
            <thead>
              <tr className="h-8 border-b border-line text-left text-meta text-fg-3">
                <th className="pr-2 font-medium">File</th>
                <th className="px-2 font-medium">Holds</th>
                <th className="px-2 text-right font-medium">Rows</th>
                <th className="px-2 font-medium">State</th>
                <th className="px-2 font-medium">By</th>
                <th className="pl-2 font-medium">When</th>
              </tr>
            </thead>
            <tbody>
              {data.map((item) => (
                <tr key={item.id} className="h-9 border-b border-line">
                  <td className="pr-2">
                    <Link
                      to="/admin/imports/$id"
                      params={{ id: item.id }}
                      className="font-medium text-fg hover:underline"
                    >
                      {item.filename}
                    </Link>
                  </td>
                  <td className="px-2">{OBJECTS.find((o) => o.id === item.object)?.label}</td>
                  <td className="px-2 text-right tnum">{number(item.rows)}</td>
                  <td className="px-2">
                    <Status item={item} />
                  </td>
                  <td className="px-2">{item.created_by.name}</td>
                  <td className="pl-2 whitespace-nowrap text-fg-3 tnum">{dateTime(item.created_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
