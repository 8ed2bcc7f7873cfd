import type { ReactNode } from "react";
import type { AuditEvent } from "@/api/types";
import { after, before } from "@/components/crm/show-value";
import { Button } from "@/components/ui/button";
import { Diff } from "@/components/ui/diff";
import { Overlay } from "@/components/ui/overlay";
import { dateTime } from "@/lib/format";
import type { AuditSearch } from "./search";
import { sentence } from "./words";

const KINDS = {
  user: "Person",
  agent: "Agent",
  system: "System",
  import: "Import",
  key: "Key",
  automation: "Automation",
};

/** All that is known of one event. */
export function AuditDetail(props: {
  event: AuditEvent;
  onFilter: (search: AuditSearch) => void;
  onClose: () => void;
}) {
  const { event, onFilter } = props;
  const words = sentence(event);
  const data = Object.keys(event.data).length > 0;
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      shape="drawer"
      title={`${event.actor.name} ${words.verb} ${words.object}`.trim()}
      description={dateTime(event.at)}
    >
      <dl className="grid grid-cols-[7rem_1fr] gap-x-3 gap-y-2 text-cell [&_dd]:min-w-0 [&_dd]:break-words [&_dd]:text-fg [&_dt]:text-fg-3">
        <Fact label="Who">
          {event.actor.name} <span className="text-fg-3">({KINDS[event.actor.kind]})</span>
        </Fact>
        {event.actor.on_behalf_of && <Fact label="On behalf of">{event.actor.on_behalf_of.name}</Fact>}
        <Fact label="What">
          <Button variant="link" onClick={() => onFilter({ type: event.type })}>
            {event.type}
          </Button>
        </Fact>
        <Fact label="Record">
          <Button
            variant="link"
            className="whitespace-normal"
            onClick={() => onFilter({ record_id: event.subject.id })}
          >
            {event.subject.name || event.subject.id}
          </Button>
          {event.subject.version != null && <span className="text-fg-3"> version {event.subject.version}</span>}
        </Fact>
        <Fact label="From address">{event.ip}</Fact>
        <Fact label="Program">{event.user_agent}</Fact>
        {event.request_id && (
          <Fact label="Request">
            <Button
              variant="link"
              className="font-mono text-code whitespace-normal"
              onClick={() => onFilter({ request_id: event.request_id ?? "" })}
            >
              {event.request_id}
            </Button>
          </Fact>
        )}
        {event.undoes && <Fact label="Undoes">{event.undoes}</Fact>}
      </dl>
      {event.changes.length > 0 && (
        <section className="mt-5 flex flex-col gap-2">
          <h3 className="text-section text-fg">Changes</h3>
          {event.changes.map((change) => (
            <div key={change.field} className="flex flex-col gap-1">
              <span className="text-meta text-fg-3">{change.field.replaceAll("_", " ")}</span>
              <Diff
                before={before({ label: change.field, ...change })}
                after={after({ label: change.field, ...change })}
              />
            </div>
          ))}
        </section>
      )}
      {event.hidden_fields.length > 0 && (
        <p className="mt-3 text-cell text-fg-3">
          Your roles hide what changed in: {event.hidden_fields.map((f) => f.replaceAll("_", " ")).join(", ")}.
        </p>
      )}
      {data && (
        <section className="mt-5 flex flex-col gap-2">
          <h3 className="text-section text-fg">Data</h3>
          <pre
            tabIndex={0}
            className="scroll-thin overflow-auto rounded-md border border-line bg-sunken p-2.5 font-mono text-code text-fg-2"
          >
            {JSON.stringify(event.data, null, 2)}
          </pre>
        </section>
      )}
    </Overlay>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children || <span className="text-fg-3">–</span>}</dd>
    </>
  );
}
