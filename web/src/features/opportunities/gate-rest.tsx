import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FileText, Stamp, TriangleAlert } from "lucide-react";
import { put } from "@/api/client";
import { sentence } from "@/api/problem";
import type { FieldError } from "@/api/types";
import { Checkbox } from "@/components/ui/checkbox";
import { failed } from "@/components/ui/toast";

interface Ticked {
  /** The fields of the items. */
  ids: string[];
  /** The deal's version by now. */
  version?: number;
}

/** What a gate asks for beside fields: items are ticked here, documents are filed with the deal. */
export function GateRest(props: {
  deal: string;
  missing: FieldError[];
  ticked: Ticked;
  onTicked: (ticked: Ticked) => void;
}) {
  const client = useQueryClient();
  const tick = useMutation({
    mutationFn: (field: string) => {
      const path = { id: props.deal, item_id: field.replace("checklist.", "") };
      return put("/opportunities/{id}/checklist/{item_id}", { path });
    },
    onSuccess: ({ data }, field) => {
      props.onTicked({ ids: [...props.ticked.ids, field], version: data.version });
      void client.invalidateQueries({ queryKey: ["opportunities", "checklist", props.deal] });
    },
    onError: (error) => failed("This was not ticked", sentence(error)),
  });
  return (
    <ul aria-label="Also needed" className="flex flex-col gap-1.5 text-cell">
      {props.missing.map((m) =>
        m.code === "checklist_open" ? (
          <li key={m.field}>
            <label className="flex min-h-7 items-center gap-2 pointer-coarse:min-h-11">
              <Checkbox
                checked={props.ticked.ids.includes(m.field)}
                disabled={tick.isPending || props.ticked.ids.includes(m.field)}
                onCheckedChange={() => tick.mutate(m.field)}
              />
              {m.message}
            </label>
          </li>
        ) : (
          <li key={m.field + m.message} className="flex gap-2">
            {m.code === "approval_missing" ? (
              <Stamp className="mt-0.5 size-3.5 shrink-0 text-fg-3" aria-hidden />
            ) : m.code === "document_missing" ? (
              <FileText className="mt-0.5 size-3.5 shrink-0 text-fg-3" aria-hidden />
            ) : (
              <TriangleAlert className="mt-0.5 size-3.5 shrink-0 text-warn-text" aria-hidden />
            )}
            <span className="min-w-0 flex-1">
              {m.message.charAt(0).toUpperCase() + m.message.slice(1)}
              {m.code === "approval_missing" && (
                <>
                  {" · "}
                  <Link
                    to="/opportunities/$id"
                    params={{ id: props.deal }}
                    search={{}}
                    className="font-medium text-accent-text underline-offset-2 hover:underline"
                  >
                    Approvals of the deal
                  </Link>
                </>
              )}
              {m.code === "document_missing" && (
                <>
                  {" · "}
                  <Link
                    to="/opportunities/$id"
                    params={{ id: props.deal }}
                    search={{ tab: "files" }}
                    className="font-medium text-accent-text underline-offset-2 hover:underline"
                  >
                    Files
                  </Link>
                </>
              )}
            </span>
          </li>
        ),
      )}
    </ul>
  );
}
