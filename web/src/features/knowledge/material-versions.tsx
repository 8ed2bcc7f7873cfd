/** What was written of a material before; any of it can be written again. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Material, MaterialVersion } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Card, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { dateTime } from "@/lib/format";
import { MaterialPreview } from "./material-preview";
import { materialsChanged, versionsQuery } from "./queries";

export function MaterialVersions({ material }: { material: Material }) {
  const query = useQuery(versionsQuery(material.id));
  const [open, setOpen] = useState<number | null>(null);
  const client = useQueryClient();
  const restore = useMutation({
    mutationFn: (number: number) =>
      post("/materials/{id}/versions/{number}/restore", {
        path: { id: material.id, number },
        ifMatch: material.version,
      }),
    onSuccess: () => told("The earlier version stands again"),
    onError: (error) => failed("Nothing was changed", sentence(error)),
    onSettled: () => materialsChanged(client),
  });
  return (
    <Card title="Versions">
      {query.isPending && <SkeletonRows rows={2} />}
      <ReadFailed query={query} />
      <ul aria-label="Versions">
        {query.data?.map((version, n) => (
          <Row
            key={version.number}
            version={version}
            kind={material.kind}
            open={open === version.number}
            onOpen={() => setOpen(open === version.number ? null : version.number)}
            // The first one is what stands.
            onRestore={n === 0 ? null : () => restore.mutate(version.number)}
          />
        ))}
      </ul>
    </Card>
  );
}

function Row(props: {
  version: MaterialVersion;
  kind: Material["kind"];
  open: boolean;
  onOpen: () => void;
  onRestore: (() => void) | null;
}) {
  const { version } = props;
  return (
    <li className="flex flex-col gap-2 border-b border-line px-4 py-2 text-cell last:border-0">
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 flex-1 basis-48">
          <span className="font-medium text-fg">{version.title}</span>{" "}
          <span className="text-meta text-fg-3">
            {version.written_by.name}, {dateTime(version.written_at)}
          </span>
        </span>
        <Button size="row" variant="quiet" aria-expanded={props.open} onClick={props.onOpen}>
          {props.open ? "Hide" : "Show"}
        </Button>
        {props.onRestore && (
          <Button size="row" onClick={props.onRestore}>
            Write again
          </Button>
        )}
      </div>
      {props.open && <MaterialPreview kind={props.kind} subject={version.subject ?? ""} body={version.body} />}
    </li>
  );
}
