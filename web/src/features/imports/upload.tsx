import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { importQuery } from "./queries";

/** Step one: the file. What it holds is found out by the server. */
export function Upload() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const upload = useMutation({
    mutationFn: async (file: File) => {
      const body = new FormData();
      body.set("file", file);
      return (await post("/imports", { body })).data;
    },
    onSuccess: async (made) => {
      client.setQueryData(importQuery(made.id).queryKey, made);
      void client.invalidateQueries({ queryKey: ["imports", "list"] });
      await navigate({ to: "/admin/imports/$id", params: { id: made.id } });
    },
  });
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file) upload.mutate(file);
  };
  return (
    <div
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault();
        setOver(false);
        take(e.dataTransfer.files);
      }}
      className={cn(
        "flex flex-col items-center gap-2 rounded-xl border border-dashed border-line-control px-6 py-10 text-center",
        over && "border-accent bg-accent-soft",
      )}
    >
      <FileUp className="size-[22px] text-fg-3" strokeWidth={1.75} aria-hidden />
      <p className="text-body font-medium text-fg">Drop a CSV, Excel or vCard file here</p>
      <p className="max-w-md text-cell text-fg-3">
        Opportunities, accounts, contacts, leads, tasks, activities, products or people. You see what will happen to
        each row before anything is written, and can take the whole import back.
      </p>
      <input
        ref={input}
        type="file"
        accept=".csv,.tsv,.txt,.xlsx,.vcf,text/csv,text/vcard"
        className="sr-only"
        aria-label="File to import"
        onChange={(e) => take(e.target.files)}
      />
      <Button
        variant="primary"
        className="mt-2"
        busy={upload.isPending && "Reading the file"}
        onClick={() => input.current?.click()}
      >
        Choose a file
      </Button>
      {upload.isError && (
        <p role="alert" className="text-cell text-bad-text">
          {isApiError(upload.error) && upload.error.status === 413 ? "This file is too large." : sentence(upload.error)}
        </p>
      )}
    </div>
  );
}
