/** Playbooks, e-mail templates and scripts. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BookOpen, Plus } from "lucide-react";
import { useMay } from "@/api/shared";
import type { MaterialKind, MaterialSummary } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { ago } from "@/lib/format";
import { KINDS, kindOf, materialsQuery } from "./queries";
import type { MaterialsSearch } from "./words";

export function Materials({ search }: { search: MaterialsSearch }) {
  const kind = kindOf(search);
  const archived = search.archived === "true";
  const materials = useSuspenseQuery(materialsQuery(kind, archived)).data;
  const may = useMay("material", "create");
  const { label, one, text } = KINDS[kind];
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">Playbooks and templates</h1>
          <p className="text-cell text-fg-3">
            What your people and the assistant go by. What is published is found in the search.
          </p>
        </div>
        {may && (
          <Button variant="primary" asChild>
            <Link to="/admin/materials/$id" params={{ id: "new" }} search={{ kind }}>
              <Plus /> New {one}
            </Link>
          </Button>
        )}
      </header>
      <TabRow label="Kind" className="h-9 border-b border-line">
        {(Object.keys(KINDS) as MaterialKind[]).map((each) => (
          <Link
            key={each}
            to="/admin/materials"
            search={{ kind: each }}
            className={tabClass(each === kind)}
            aria-current={each === kind ? "page" : undefined}
          >
            {KINDS[each].label}
          </Link>
        ))}
      </TabRow>
      {materials.length === 0 ? (
        <Empty icon={BookOpen} title={archived ? "Nothing is archived" : `No ${label.toLowerCase()} yet`}>
          {text}
        </Empty>
      ) : (
        <ul aria-label={label}>
          {materials.map((material) => (
            <Row key={material.id} material={material} />
          ))}
        </ul>
      )}
      {may && (
        <p className="text-cell">
          <Link
            to="/admin/materials"
            search={{ kind, ...(archived ? {} : { archived: "true" }) }}
            className="text-accent-text underline"
          >
            {archived ? "Back to those in use" : "Show archived ones"}
          </Link>
        </p>
      )}
    </div>
  );
}

function Row({ material }: { material: MaterialSummary }) {
  return (
    <li className="flex items-start gap-3 border-b border-line py-2.5 text-cell">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <Link
            to="/admin/materials/$id"
            params={{ id: material.id }}
            className="font-medium text-fg underline-offset-2 hover:underline"
          >
            {material.title}
          </Link>
          {!material.published && <Badge kind="outline">Draft</Badge>}
          {material.archived_at && <Badge kind="outline">Archived</Badge>}
        </p>
        {material.summary && <p className="text-fg-2">{material.summary}</p>}
      </div>
      <p className="shrink-0 text-right text-meta text-fg-3">
        {material.updated_by.name}
        <br />
        {ago(material.updated_at)}
      </p>
    </li>
  );
}
