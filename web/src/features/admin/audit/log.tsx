import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Download, ScrollText } from "lucide-react";
import { useState } from "react";
import type { AuditEvent } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { Empty } from "@/components/ui/states";
import { dateTime } from "@/lib/format";
import { AdminPage, PlainTable } from "../layout";
import { AuditDetail } from "./detail";
import { AuditFilters } from "./filters";
import { auditQuery, exportUrl } from "./queries";
import type { AuditSearch } from "./search";
import { SealState } from "./seal";
import { sentence } from "./words";

export function AuditLog(props: { search: AuditSearch; onSearch: (search: AuditSearch) => void }) {
  const { search, onSearch } = props;
  const query = useSuspenseInfiniteQuery(auditQuery(search));
  const [open, setOpen] = useState<AuditEvent | null>(null);
  const events = query.data.pages.flatMap((page) => page.items);
  const download = (format: "csv" | "jsonl") => window.location.assign(exportUrl(search, format));
  return (
    <AdminPage title="Audit log" text="Who did what, when, from where, and as whom. Nothing in it can be changed.">
      <SealState />
      <AuditFilters search={search} onChange={onSearch} />
      {events.length === 0 ? (
        <Empty icon={ScrollText} title="Nothing matches">
          Remove a filter, or look at another time.
        </Empty>
      ) : (
        <PlainTable
          heads={[
            { label: "When" },
            { label: "Who" },
            { label: "What" },
            { label: "Changes", wide: true },
            { label: "From", wide: true },
          ]}
        >
          {events.map((event) => (
            <EventRow key={event.id} event={event} onOpen={() => setOpen(event)} />
          ))}
        </PlainTable>
      )}
      <div className="flex gap-2">
        {query.hasNextPage && (
          <Button busy={query.isFetchingNextPage && "Loading"} onClick={() => void query.fetchNextPage()}>
            Show earlier
          </Button>
        )}
        <Menu
          trigger={
            <Button>
              <Download /> Export
            </Button>
          }
          items={[
            { label: "CSV, for a spreadsheet", run: () => download("csv") },
            { label: "JSON lines, for a program", run: () => download("jsonl") },
          ]}
        />
      </div>
      {open && (
        <AuditDetail
          event={open}
          onClose={() => setOpen(null)}
          onFilter={(filter) => {
            setOpen(null);
            onSearch(filter);
          }}
        />
      )}
    </AdminPage>
  );
}

function EventRow({ event, onOpen }: { event: AuditEvent; onOpen: () => void }) {
  const words = sentence(event);
  const fields = event.changes.map((change) => change.field.replace(/_id$/, "").replaceAll("_", " "));
  return (
    <tr className="hover:bg-muted">
      <td className="text-fg-3 tnum md:whitespace-nowrap">{dateTime(event.at)}</td>
      <td className="text-fg md:whitespace-nowrap">
        {event.actor.name}
        {event.actor.on_behalf_of && <span className="text-fg-3"> for {event.actor.on_behalf_of.name}</span>}
      </td>
      <td className="w-2/5">
        <button type="button" onClick={onOpen} className="text-left hover:underline">
          {words.verb} <span className="font-medium text-fg">{words.object}</span>
        </button>
      </td>
      <td className="break-words text-fg-3 max-md:hidden">
        {fields.slice(0, 3).join(", ")}
        {fields.length > 3 && ` and ${fields.length - 3} more`}
      </td>
      <td className="font-mono text-code whitespace-nowrap text-fg-3 max-md:hidden">{event.ip}</td>
    </tr>
  );
}
