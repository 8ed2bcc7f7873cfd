/** A look at a file without leaving the page: a picture by itself, PDF in the browser's viewer, documents by their text. */
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import type { StoredFile } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { ReadFailed, Skeleton } from "@/components/ui/states";
import { bytes } from "@/lib/format";
import { download, linkQuery, textQuery } from "./query";

export function Preview({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const native = file.preview === "image" || (file.preview === "pdf" && navigator.pdfViewerEnabled);
  return (
    <Overlay
      open
      shape="page"
      onOpenChange={(open) => !open && onClose()}
      title={file.name}
      description={`${bytes(file.size)}, ${file.uploaded_by.name}`}
      footer={
        <Button onClick={() => void download(file.id)}>
          <Download /> Download
        </Button>
      }
    >
      {native ? <Native file={file} /> : <Text file={file} />}
    </Overlay>
  );
}

function Native({ file }: { file: StoredFile }) {
  const query = useQuery(linkQuery(file.id, file.version_id));
  if (query.isError) return <ReadFailed query={query} />;
  if (!query.data) return <Skeleton className="h-40 w-full" />;
  return file.preview === "image" ? (
    <img src={query.data} alt={file.name} className="mx-auto max-h-[70vh] max-w-full object-contain" />
  ) : (
    <iframe src={query.data} title={file.name} className="h-[70vh] w-full rounded-md border border-line bg-sunken" />
  );
}

function Text({ file }: { file: StoredFile }) {
  const query = useQuery(textQuery(file.id, file.version_id));
  if (query.isError) return <ReadFailed query={query} />;
  if (query.isPending) return <Skeleton className="h-40 w-full" />;
  if (!query.data)
    return <p className="py-8 text-center text-cell text-fg-3">There is no text to show. Download it.</p>;
  return (
    <pre
      tabIndex={0}
      aria-label={`Text of ${file.name}`}
      className="max-h-[70vh] scroll-thin overflow-auto font-sans text-cell break-words whitespace-pre-wrap text-fg"
    >
      {query.data}
    </pre>
  );
}
