import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { get, post } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { Configuration, ConfigurationReport } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { number } from "@/lib/format";
import { AdminPage, PlainTable } from "./layout";

export function ConfigurationFile() {
  const may = useMay("organisation", "update");
  const download = useMutation({
    mutationFn: () => get("/configuration"),
    onSuccess: (file) => save(file),
    onError: (error) => failed("The file was not made", sentence(error)),
  });
  return (
    <AdminPage
      title="Configuration file"
      text="Pipelines, lists, products, price lists and rates as one file: to keep, or to read into another organisation. No records and no people are in it."
      aside={
        <Button busy={download.isPending && "Making the file"} onClick={() => download.mutate()}>
          <Download /> Download
        </Button>
      }
    >
      {may && <ReadIn />}
    </AdminPage>
  );
}

function save(file: Configuration) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: "application/json" }));
  link.download = "dealwright-configuration.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The file is tried first: what would happen is shown before anything is written. */
function ReadIn() {
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<Configuration | null>(null);
  const attempt = useMutation({
    mutationFn: async (chosen: File) => {
      const body = JSON.parse(await chosen.text()) as Configuration;
      const { data } = await post("/configuration", { body, query: { dry_run: true } });
      setFile(body);
      return data;
    },
    onMutate: () => setFile(null),
  });
  const apply = useMutation({
    mutationFn: (body: Configuration) => post("/configuration", { body }),
    onSuccess: async () => {
      setFile(null);
      attempt.reset();
      await client.invalidateQueries();
      told("The file was read in");
    },
    onError: (error) => failed("Nothing was changed", sentence(error)),
  });
  return (
    <Card
      title="Read a file in"
      aside={
        <Button busy={attempt.isPending && "Trying"} onClick={() => input.current?.click()}>
          <FileUp /> Choose a file
        </Button>
      }
    >
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label="Configuration file"
        className="sr-only"
        tabIndex={-1}
        onChange={(e) => {
          const chosen = e.target.files?.[0];
          e.target.value = "";
          if (chosen) attempt.mutate(chosen);
        }}
      />
      <div className="flex flex-col gap-3 px-4 py-3 text-cell text-fg-2">
        {attempt.error ? (
          <p role="alert" className="text-bad-text">
            {attempt.error instanceof SyntaxError ? "This is not a configuration file." : sentence(attempt.error)}
          </p>
        ) : file && attempt.data ? (
          <Outlook
            report={attempt.data}
            busy={apply.isPending}
            onApply={() => apply.mutate(file)}
            onDrop={() => setFile(null)}
          />
        ) : (
          <p>What is not there yet is added, what differs is changed, by name. What the file does not name stays.</p>
        )}
      </div>
    </Card>
  );
}

function Outlook(props: { report: ConfigurationReport; busy: boolean; onApply: () => void; onDrop: () => void }) {
  const { created, changed, kept, items } = props.report;
  return (
    <>
      <p role="status">
        <strong className="font-medium text-fg">Nothing has been written yet.</strong> {number(created)} would be added,{" "}
        {number(changed)} changed, {number(kept)} {kept === 1 ? "stays as it is" : "stay as they are"}.
      </p>
      {items.length > 0 && (
        <PlainTable heads={[{ label: "What" }, { label: "Name" }, { label: "" }]}>
          {items.map((i, n) => (
            <tr key={n}>
              <td className="first-letter:uppercase">{i.object.replaceAll("_", " ")}</td>
              <td className="font-medium text-fg">{i.name}</td>
              <td>
                <Badge kind={i.action === "created" ? "ok" : "neutral"}>
                  {i.action === "created" ? "+ added" : "changed"}
                </Badge>
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
      <div className="flex gap-2">
        <Button
          variant="primary"
          disabled={items.length === 0}
          busy={props.busy && "Reading in"}
          onClick={props.onApply}
        >
          Read in
        </Button>
        <Button onClick={props.onDrop}>Leave it</Button>
      </div>
    </>
  );
}
