/** How much room files take, whether a scanner looks at them, and what nobody may open. */
import { queryOptions, useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { ShieldCheck, Trash2 } from "lucide-react";
import { get, post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { FileStorage, StoredFile } from "@/api/types";
import { useFileChange } from "@/components/crm/files/query";
import { StateBadge } from "@/components/crm/files/state";
import { RecordLink } from "@/components/crm/record-link";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, Empty, Progress, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { bytes, dateTime, plural } from "@/lib/format";
import { AdminPage } from "./layout";

const storageQuery = () =>
  queryOptions({ queryKey: ["files", "storage"], queryFn: () => get("/file-storage"), staleTime: 0 });
const withheldQuery = () =>
  queryOptions({
    queryKey: ["files", "withheld"],
    queryFn: async () => (await get("/file-storage/withheld")).items,
    staleTime: 0,
  });

export function FilesPage() {
  const { data: storage } = useSuspenseQuery(storageQuery());
  return (
    <AdminPage title="Files" text="What is filed with records: the room it takes, and whether it is safe to open.">
      <Room storage={storage} />
      <Withheld scanned={storage.scanner !== "off"} />
    </AdminPage>
  );
}

const SCANNER = {
  off: {
    kind: "warn",
    label: "No scanner",
    text: "Files can be opened without having been checked for viruses. FILES_SCANNER sets up ClamAV.",
  },
  up: { kind: "ok", label: "Scanner answers", text: "Nobody can open a file before it has been checked." },
  down: { kind: "bad", label: "Scanner is away", text: "New files stay withheld until it answers again." },
} as const;

function Room({ storage }: { storage: FileStorage }) {
  const scanner = SCANNER[storage.scanner];
  return (
    <Card title="Storage">
      <div className="flex flex-col gap-3 px-4 py-3 text-cell">
        <p className="text-fg tnum">
          {bytes(storage.used)} of {bytes(storage.quota)} used by {plural(storage.files, "version")}; up to{" "}
          {bytes(storage.max_size)} each
        </p>
        <Progress value={storage.used} max={storage.quota} label="Storage used" />
        <p className="flex flex-wrap items-center gap-2 text-fg-3">
          <Badge kind={scanner.kind}>{scanner.label}</Badge> {scanner.text}
        </p>
      </div>
    </Card>
  );
}

function Withheld({ scanned }: { scanned: boolean }) {
  const client = useQueryClient();
  const query = useQuery(withheldQuery());
  const { drop } = useFileChange();
  const scan = useMutation({
    mutationFn: (everything: boolean) => post("/file-storage/scan", { body: { everything } }),
    onSuccess: ({ data }) => told(`${plural(data.queued, "version")} will be checked`),
    onError: (error) => failed("Nothing was checked", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["files"] }),
  });
  const busy = scan.isPending && "Asking";
  return (
    <Card
      title="Withheld"
      aside={
        scanned && (
          <span className="flex gap-2">
            <Button size="row" busy={busy} onClick={() => scan.mutate(false)}>
              Check these again
            </Button>
            <Button size="row" variant="quiet" busy={busy} onClick={() => scan.mutate(true)}>
              Check everything
            </Button>
          </span>
        )
      }
    >
      {query.isPending && <SkeletonRows rows={2} />}
      <ReadFailed query={query} />
      {query.data?.length === 0 && (
        <Empty icon={ShieldCheck} title="Nothing is withheld">
          Files in which something was found, and those that wait to be checked, would be here.
        </Empty>
      )}
      <ul>
        {query.data?.map((file) => (
          <WithheldRow key={file.id} file={file} onDelete={() => drop.mutate(file)} />
        ))}
      </ul>
    </Card>
  );
}

function WithheldRow({ file, onDelete }: { file: StoredFile; onDelete: () => void }) {
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-cell last:border-0">
      <span className="flex min-w-0 flex-1 basis-56 flex-col">
        <span className="truncate font-medium text-fg">{file.name}</span>
        <span className="flex flex-wrap gap-x-1 text-meta text-fg-3">
          <RecordLink object={file.parent.object} id={file.parent.id} name={file.parent.name} />
          {bytes(file.size)} · {file.uploaded_by.name}, {dateTime(file.uploaded_at)}
        </span>
      </span>
      <StateBadge state={file.state} finding={file.finding ?? null} />
      {file.may.update && (
        <Button variant="quietDanger" size="icon" aria-label={`Delete ${file.name}`} onClick={onDelete}>
          <Trash2 />
        </Button>
      )}
    </li>
  );
}
