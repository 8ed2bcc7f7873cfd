import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import { useState } from "react";
import { patch, post } from "@/api/client";
import { useMay } from "@/api/shared";
import type { DuplicatePair, MatchObject } from "@/api/types";
import { evidence } from "@/components/crm/duplicate-words";
import { RecordLink } from "@/components/crm/record-link";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { loadable } from "@/lib/loadable";
import { AdminPage, PlainTable } from "./layout";
import { MatchingRuleCard, type RuleChange } from "./matching-rule";
import { duplicatesQuery, matchingRulesQuery } from "./queries";
import { Sweep } from "./sweep";
import { useSave } from "./use-save";

const MergeDialog = loadable(() => import("@/components/crm/merge-dialog").then((m) => m.MergeDialog));

const OBJECTS: [MatchObject, string][] = [
  ["contact", "Contacts"],
  ["account", "Accounts"],
  ["lead", "Leads"],
];

export function DuplicatesPage() {
  const rules = useQuery({ ...matchingRulesQuery(), enabled: useMay("rule", "read") }).data ?? [];
  const may = useMay("rule", "update");
  const save = useSave(
    ({ object, version, ...change }: RuleChange) =>
      patch("/matching-rules/{object}", { path: { object }, body: change, ifMatch: version }),
    "Saved",
  );
  return (
    <AdminPage title="Duplicates" text="How records that may be there twice are told, and what happens then.">
      {rules.map((rule) => (
        <MatchingRuleCard key={rule.object} rule={rule} may={may} onChange={(change) => save.mutate(change)} />
      ))}
      <Pairs />
    </AdminPage>
  );
}

function Pairs() {
  const [object, setObject] = useState<MatchObject>("contact");
  const found = useInfiniteQuery(duplicatesQuery(object));
  const pairs = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label="Found" className="flex flex-col gap-2">
      <div className="flex items-center gap-3">
        <h2 className="flex-1 text-body font-medium text-fg">Found, and not decided</h2>
        <Select
          aria-label="Object"
          value={object}
          onChange={(e) => setObject(e.target.value as MatchObject)}
          className="w-32"
        >
          {OBJECTS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </div>
      <Sweep key={object} object={object} />
      {found.isPending && <SkeletonRows rows={4} />}
      <ReadFailed query={found} />
      {found.isSuccess && pairs.length === 0 && (
        <Empty icon={Copy} title="Nothing here twice">
          What a rule reports or a look through all finds is listed here.
        </Empty>
      )}
      {pairs.length > 0 && (
        <PlainTable
          heads={[{ label: "Records" }, { label: "Likely", right: true }, { label: "Why", wide: true }, { label: "" }]}
        >
          {pairs.map((pair) => (
            <Row key={pair.id} pair={pair} />
          ))}
        </PlainTable>
      )}
      {found.hasNextPage && (
        <Button
          className="self-start"
          busy={found.isFetchingNextPage && "Loading"}
          onClick={() => void found.fetchNextPage()}
        >
          More
        </Button>
      )}
    </section>
  );
}

function Row({ pair }: { pair: DuplicatePair }) {
  const dismiss = useSave(
    () => post("/duplicates/{id}/dismissal", { path: { id: pair.id } }),
    "They are two, and will not be listed again",
  );
  const [merging, setMerging] = useState(false);
  const { object } = pair;
  const mayUpdate = useMay(object, "update");
  const mayMerge = useMay(object, "delete") && mayUpdate;
  return (
    <tr>
      <td>
        <RecordLink object={pair.object} {...pair.left} /> <span className="text-fg-3">and</span>{" "}
        <RecordLink object={pair.object} {...pair.right} />
      </td>
      <td className="text-right tnum">{pair.score}%</td>
      <td className="text-meta text-fg-3 max-md:hidden">{evidence(pair.reasons)}</td>
      <td className="text-right whitespace-nowrap">
        {mayMerge && (
          <Button size="row" onClick={() => setMerging(true)}>
            Merge
          </Button>
        )}
        {merging && mayMerge && (
          <MergeDialog object={object} record={pair.left} other={pair.right} onClose={() => setMerging(false)} />
        )}{" "}
        {mayUpdate && (
          <Button size="row" variant="quiet" onClick={() => dismiss.mutate(undefined)}>
            Not a duplicate
          </Button>
        )}
      </td>
    </tr>
  );
}
