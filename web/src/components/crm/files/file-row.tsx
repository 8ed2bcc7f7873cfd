import { Download, Ellipsis, Eye, History, PenLine, Tag, Trash2, Upload } from "lucide-react";
import type { StoredFile } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { ago, bytes, dateTime } from "@/lib/format";
import { FileGlyph } from "./kind";
import { download } from "./query";
import { StateBadge } from "./state";

export type FileAction = "preview" | "rename" | "classify" | "versions" | "replace" | "delete";

export function FileRow({ file, onAction }: { file: StoredFile; onAction: (action: FileAction) => void }) {
  const shows = file.may.open && file.preview !== "none";
  const items: MenuEntry[] = [
    ...(shows ? [{ label: "Preview", icon: <Eye />, run: () => onAction("preview") }] : []),
    ...(file.may.open ? [{ label: "Download", icon: <Download />, run: () => void download(file.id) }] : []),
    { label: `Versions (${file.versions})`, icon: <History />, run: () => onAction("versions") },
    ...(file.may.update
      ? ([
          { label: "Rename…", icon: <PenLine />, run: () => onAction("rename") },
          { label: "Type of document…", icon: <Tag />, run: () => onAction("classify") },
          { label: "Upload a new version…", icon: <Upload />, run: () => onAction("replace") },
          "line",
          { label: "Delete", icon: <Trash2 />, bad: true, run: () => onAction("delete") },
        ] as const)
      : []),
  ];
  return (
    <li className="flex min-h-13 items-center gap-3 border-b border-line px-4 py-2 text-cell last:border-0">
      <FileGlyph type={file.type} />
      <span className="flex min-w-0 flex-1 flex-col">
        {shows ? (
          <button
            type="button"
            className="truncate text-left font-medium text-fg underline-offset-2 hover:underline"
            onClick={() => onAction("preview")}
          >
            {file.name}
          </button>
        ) : (
          <span className="truncate font-medium text-fg">{file.name}</span>
        )}
        <span className="text-meta text-fg-3">
          {file.document_type && <span className="font-medium text-fg-2">{file.document_type.name} · </span>}
          {bytes(file.size)} · {file.uploaded_by.name},{" "}
          <time dateTime={file.uploaded_at} title={dateTime(file.uploaded_at)}>
            {ago(file.uploaded_at)}
          </time>
          {file.versions > 1 && ` · version ${file.number}${file.number < file.versions ? ` of ${file.versions}` : ""}`}
        </span>
        <span className="mt-0.5 empty:hidden md:hidden">
          <StateBadge state={file.state} finding={file.finding ?? null} />
        </span>
      </span>
      <span className="max-md:hidden">
        <StateBadge state={file.state} finding={file.finding ?? null} />
      </span>
      {file.may.open && (
        <Button variant="quiet" size="icon" aria-label={`Download ${file.name}`} onClick={() => void download(file.id)}>
          <Download />
        </Button>
      )}
      <Menu
        align="end"
        trigger={
          <Button variant="quiet" size="icon" aria-label={`More about ${file.name}`}>
            <Ellipsis />
          </Button>
        }
        items={items}
      />
    </li>
  );
}
