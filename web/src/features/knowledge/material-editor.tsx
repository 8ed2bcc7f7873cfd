/** A material: to be read by everyone, and to be written by who may, with what it will look like beside it. */
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type SyntheticEvent } from "react";
import { patch, post } from "@/api/client";
import { isApiError } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { Material, MaterialKind } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { failed, told } from "@/components/ui/toast";
import { ago } from "@/lib/format";
import { MaterialActions } from "./material-actions";
import { MaterialFields, type Draft } from "./material-fields";
import { MaterialPreview } from "./material-preview";
import { MaterialVersions } from "./material-versions";
import { KINDS, materialQuery, materialsChanged } from "./queries";

export function MaterialPage({ id, kind }: { id: string; kind: MaterialKind }) {
  return id === "new" ? <Editor material={null} kind={kind} /> : <Stored key={id} id={id} />;
}

function Stored({ id }: { id: string }) {
  const material = useSuspenseQuery(materialQuery(id)).data;
  const may = useMay("material", "update");
  if (may) return <Editor key={material.version} material={material} kind={material.kind} />;
  return (
    <article className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      <h1 className="text-title text-fg">{material.title}</h1>
      {material.summary && <p className="text-cell text-fg-3">{material.summary}</p>}
      <MaterialPreview kind={material.kind} subject={material.subject ?? ""} body={material.body} />
    </article>
  );
}

const LANDS = { title: "title", summary: "summary", subject: "subject", body: "body" } as const;

const draftOf = (m: Material | null): Draft => ({
  title: m?.title ?? "",
  summary: m?.summary ?? "",
  subject: m?.subject ?? "",
  body: m?.body ?? "",
});

function Editor({ material, kind }: { material: Material | null; kind: MaterialKind }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(() => draftOf(material));
  const [busy, setBusy] = useState<"save" | "publish" | null>(null);
  const { errors, above, check, land } = useLanding<keyof Draft>(LANDS);
  const published = material?.published ?? false;
  const save = async (publish: boolean) => {
    const wrong = {
      ...(draft.title.trim() ? {} : { title: "Give it a title." }),
      ...(draft.body.trim() ? {} : { body: "Write what it says." }),
    };
    if (!check(wrong)) return;
    setBusy(publish === published ? "save" : "publish");
    const body = {
      title: draft.title.trim(),
      summary: draft.summary.trim() || null,
      ...(kind === "email_template" ? { subject: draft.subject.trim() || null } : {}),
      body: draft.body,
      published: publish,
    };
    try {
      const { data } = material
        ? await patch("/materials/{id}", { path: { id: material.id }, body, ifMatch: material.version })
        : await post("/materials", { body: { ...body, kind } });
      await materialsChanged(client);
      told(publish ? `“${data.title}” is published` : `“${data.title}” is saved as a draft`);
      if (!material) await navigate({ to: "/admin/materials/$id", params: { id: data.id } });
      setBusy(null);
    } catch (error) {
      setBusy(null);
      if (isApiError(error, "version_conflict"))
        failed("Not saved", "Someone changed it meanwhile. Copy what you wrote, and open it again.");
      else land(error);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void save(published);
  };
  return (
    <div className="flex max-w-6xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 flex-1 basis-64 truncate text-title text-fg">
          {material ? material.title : `New ${KINDS[kind].one}`}
        </h1>
        {material && (
          <Badge kind={published ? "ok" : "outline"}>
            {material.archived_at ? "Archived" : published ? "Published" : "Draft"}
          </Badge>
        )}
        {material && <MaterialActions material={material} />}
        <Button type="button" busy={busy === "publish" && "Saving"} onClick={() => void save(!published)}>
          {published ? "Withdraw" : "Publish"}
        </Button>
        <Button variant="primary" type="submit" form="material" busy={busy === "save" && "Saving"}>
          {published ? "Save" : "Save draft"}
        </Button>
      </header>
      <div className="grid gap-6 lg:grid-cols-2">
        <form id="material" noValidate className="flex flex-col gap-4" onSubmit={submit}>
          {above && (
            <p role="alert" className="text-cell text-bad-text">
              {above}
            </p>
          )}
          <MaterialFields kind={kind} draft={draft} errors={errors} onChange={setDraft} />
        </form>
        <section aria-label="Preview" className="flex flex-col gap-3">
          <h2 className="border-b border-line pb-1 text-meta font-medium text-fg-3">Preview</h2>
          <MaterialPreview kind={kind} subject={draft.subject} body={draft.body} />
        </section>
      </div>
      {material && (
        <p className="text-meta text-fg-3">
          Version {material.version}, {material.updated_by.name}, {ago(material.updated_at)}
        </p>
      )}
      {material && <MaterialVersions material={material} />}
    </div>
  );
}
