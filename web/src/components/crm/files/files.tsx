/** What is filed with a record: dropped, pasted or chosen; looked at, saved, renamed, replaced and deleted. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Paperclip, Upload } from "lucide-react";
import { Suspense, useRef, useState } from "react";
import type { FileParent, StoredFile } from "@/api/types";
import { useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { Card, Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { bytes } from "@/lib/format";
import { loadable } from "@/lib/loadable";
import { FileRow, type FileAction } from "./file-row";
import { fileLimitsQuery, filesQuery, useFileChange } from "./query";
import { useInterrupted } from "./interrupted";
import { InterruptedRow, SendingRow } from "./sending-row";
import { placeOf, send, sendings } from "./sending";
import { useDropped, usePasted } from "./taken";

const Preview = loadable(() => import("./preview").then((m) => m.Preview));
const Versions = loadable(() => import("./versions").then((m) => m.Versions));
const Classify = loadable(() => import("./classify").then((m) => m.Classify));
const Rename = loadable(() => import("./rename").then((m) => m.Rename));

interface Props {
  object: FileParent;
  id: string;
  mayAdd: boolean;
}

export function Files({ object, id, mayAdd }: Props) {
  const query = useQuery(filesQuery(object, id));
  const limits = useQuery(fileLimitsQuery()).data;
  const sent = sendings.use().filter((s) => s.place === placeOf(object, id));
  const broken = useInterrupted(placeOf(object, id));
  const take = useTake({ object, id });
  const [open, setOpen] = useState<{ what: FileAction; file: StoredFile } | null>(null);
  const { drop } = useFileChange();
  const picker = useRef<HTMLInputElement>(null);
  // The file that the next one chosen replaces.
  const replaced = useRef<string | undefined>(undefined);
  const over = useDropped(mayAdd, take);
  usePasted(mayAdd, take);
  const pick = (version?: string) => {
    replaced.current = version;
    picker.current?.click();
  };
  const act = (file: StoredFile) => (what: FileAction) => {
    if (what === "delete") drop.mutate(file);
    else if (what === "replace") pick(file.id);
    else setOpen({ what, file });
  };
  const files = query.data ?? [];
  const close = () => setOpen(null);
  return (
    <div {...over.on} className="relative">
      <Card
        title="Files"
        aside={
          mayAdd && (
            <Button size="row" onClick={() => pick()}>
              <Upload /> Upload
            </Button>
          )
        }
      >
        {query.isPending && <SkeletonRows rows={3} />}
        <ReadFailed query={query} />
        {query.isSuccess && files.length === 0 && sent.length === 0 && broken.length === 0 && (
          <Empty icon={Paperclip} title="No files yet">
            {mayAdd ? "Drop files here, paste them, or choose them." : "Who may change this record can add some."}
          </Empty>
        )}
        <ul aria-label="Files">
          {broken.map((i) => (
            <InterruptedRow key={i.upload} upload={i} onChoose={() => pick(i.version)} />
          ))}
          {sent.map((s) => (
            <SendingRow key={s.key} sending={s} />
          ))}
          {files.map((file) => (
            <FileRow key={file.id} file={file} onAction={act(file)} />
          ))}
        </ul>
      </Card>
      {limits && (
        <p className="px-1 pt-2 text-meta text-fg-3">
          {mayAdd && `Up to ${bytes(limits.max_size)} each. `}
          {!limits.scanned && "Files are not checked for viruses: no scanner is set up."}
        </p>
      )}
      {mayAdd && (
        <input
          ref={picker}
          type="file"
          multiple
          tabIndex={-1}
          aria-label="Files to upload"
          className="sr-only"
          accept={limits?.extensions.map((e) => `.${e}`).join(",")}
          onChange={(e) => {
            take([...(e.target.files ?? [])], replaced.current);
            e.target.value = "";
          }}
        />
      )}
      {over.active && (
        <p className="pointer-events-none absolute inset-0 grid place-items-center rounded-xl border-2 border-dashed border-accent bg-accent-soft text-body font-medium text-fg">
          Drop to upload
        </p>
      )}
      <Suspense>
        {open?.what === "preview" && <Preview file={open.file} onClose={close} />}
        {open?.what === "versions" && <Versions file={open.file} onClose={close} />}
        {open?.what === "classify" && <Classify file={open.file} onClose={close} />}
        {open?.what === "rename" && <Rename file={open.file} onClose={close} />}
      </Suspense>
    </div>
  );
}

/** Sends files, and says of each when it is there. */
function useTake(target: { object: FileParent; id: string }) {
  const client = useQueryClient();
  const told = useTold();
  return (files: File[], version?: string) =>
    send(
      version ? files.slice(0, 1) : files,
      target,
      (name, eventId) => {
        told(version ? `${name} is the new version` : `Added ${name}`, eventId);
        void client.invalidateQueries({ queryKey: ["files"] });
        void client.invalidateQueries({ queryKey: ["timeline"] });
      },
      version,
    );
}
