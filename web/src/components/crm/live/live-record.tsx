/** A record's page while others are at the record: what they change is said, and the page stays when the record goes. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { isGone } from "@/api/problem";
import { useMe } from "@/api/shared";
import type { SubjectType } from "@/api/types";
import { loadable } from "@/lib/loadable";
import { RECORD_KEYS } from "../cache";
import { HereContext } from "./here";
import { freshOf, gone as goneStore, useMarks, type Gone } from "./marks";
import { fieldWords } from "./words";

const Banner = loadable(() => import("./banner").then((m) => m.Banner));

interface Open {
  id: string;
  may: object;
}
interface Read<R extends Open> {
  data: R;
  error: unknown;
}

const NO_ACCESS: Gone = { how: "access", who: null };

/** The record as it can be dealt with: of one that is gone nothing may be changed. */
export function useLiveRecord<R extends Open>(type: SubjectType, { data, error }: Read<R>) {
  const client = useQueryClient();
  const { id } = data;
  const told = goneStore.useOf((all) => all[id]);
  const gone = told ?? (isGone(error) ? NO_ACCESS : null);
  const away = gone !== null;
  const record = useMemo(() => (away ? { ...data, may: nothing(data.may) } : data), [data, away]);
  // Whoever comes back to it does not meet what it was.
  useEffect(
    () => () => {
      if (away) client.removeQueries({ queryKey: [RECORD_KEYS[type], "detail", id] });
    },
    [client, away, type, id],
  );
  return { record, gone };
}

const nothing = <M extends object>(may: M): M =>
  Object.fromEntries(Object.keys(may).map((key) => [key, false])) as unknown as M;

export function LiveRecord(props: {
  type: SubjectType;
  record: Open & { may: { update: boolean } };
  gone: Gone | null;
  children: ReactNode;
}) {
  const { type, record, gone } = props;
  const { id } = record;
  // Whether it could be changed when the page was opened.
  const [could] = useState(record.may.update);
  const closed = gone ? `This ${type} can no longer be changed` : undefined;
  const here = useMemo(() => ({ id, gone, closed }), [id, gone, closed]);
  return (
    <HereContext value={here}>
      <div className="flex min-h-full flex-col">
        <Announced id={id} />
        {(gone ?? (could && !record.may.update)) && <Banner type={type} gone={gone} />}
        {props.children}
      </div>
    </HereContext>
  );
}

/** For those who listen: who has changed what. */
function Announced({ id }: { id: string }) {
  const marked = useMarks(id) ?? {};
  const me = useMe().user.id;
  const news = Object.entries(marked).filter(([, m]) => m.fresh && m.who.id !== me);
  const who = freshOf(Object.fromEntries(news))?.who;
  return (
    <p role="status" className="sr-only">
      {who && `${who.name} changed the ${news.map(([field]) => fieldWords(field)).join(", ")}.`}
    </p>
  );
}
