/** The conversation that an e-mail belongs to, and the files that came with it. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Paperclip } from "lucide-react";
import { get } from "@/api/client";
import { ReadFailed } from "@/components/ui/states";
import { bytes, dateTime, plural } from "@/lib/format";

const messageQuery = (id: string) =>
  queryOptions({
    queryKey: ["activities", "message", id],
    queryFn: ({ signal }) => get("/activities/{id}/message", { path: { id }, signal }),
  });

export function EmailThread({ id }: { id: string }) {
  const query = useQuery(messageQuery(id));
  const { data } = query;
  return (
    <div className="mt-1.5 flex max-w-[68ch] flex-col gap-2">
      <ReadFailed query={query} />
      {data && data.attachments.length > 0 && (
        <ul aria-label="Attachments" className="flex flex-wrap gap-x-3 gap-y-1 text-meta text-fg-3">
          {data.attachments.map((file, at) => (
            <li key={at} className="flex items-center gap-1">
              <Paperclip className="size-3" aria-hidden /> {file.name} ({bytes(file.size)}, in the mailbox)
            </li>
          ))}
        </ul>
      )}
      {data && (
        <ol aria-label="Conversation" className="flex flex-col gap-2 border-l-2 border-line pl-3">
          {data.thread.map((mail) => (
            <li key={mail.id} className="text-meta text-fg-3" aria-current={mail.id === id || undefined}>
              <span className="font-medium text-fg-2">
                {mail.direction === "in" ? "From them" : `From ${mail.owner.name}`}
              </span>
              , {dateTime(mail.occurred_at)}: {mail.subject ?? "no subject"}
              {mail.id !== id && mail.body && (
                <p className="mt-0.5 text-cell break-words whitespace-pre-wrap text-fg-2">{mail.body}</p>
              )}
            </li>
          ))}
        </ol>
      )}
      {data?.thread.length === 1 && (
        <p className="text-meta text-fg-3">{plural(1, "message")} in this conversation so far.</p>
      )}
    </div>
  );
}
