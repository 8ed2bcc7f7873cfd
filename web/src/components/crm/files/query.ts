/** The files of a record, and what can be done with them. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, patch, post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { FileParent, StoredFile } from "@/api/types";
import { useTold } from "@/components/crm/use-undo";
import { failed } from "@/components/ui/toast";

/** While something is being checked, it is asked again after so long. */
const CHECKING = 2_000;

export const filesQuery = (object: FileParent, id: string) =>
  queryOptions({
    queryKey: ["files", object, id],
    queryFn: async ({ signal }) => (await get("/files", { query: { [`${object}_id`]: id, limit: 200 }, signal })).items,
    refetchInterval: ({ state }) => (state.data?.some((f) => f.state === "scanning") ? CHECKING : false),
  });

export const fileLimitsQuery = () =>
  queryOptions({ queryKey: ["files", "limits"], queryFn: () => get("/file-limits"), staleTime: "static" });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["files", "versions", id],
    queryFn: async () => (await get("/files/{id}/versions", { path: { id } })).items,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.some((v) => v.state === "scanning") ? CHECKING : false),
  });

/** A link is good for a minute: each look asks for its own. */
export const linkQuery = (id: string, version_id: string) =>
  queryOptions({
    queryKey: ["files", "link", version_id],
    queryFn: async () =>
      (await post("/files/{id}/link", { path: { id }, body: { version_id, inline: true } })).data.url,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

export const textQuery = (id: string, version_id: string) =>
  queryOptions({
    queryKey: ["files", "text", version_id],
    queryFn: async () => (await get("/files/{id}/text", { path: { id }, query: { version_id } })).text ?? "",
    retry: false,
  });

/** Saves a version on this computer. */
export async function download(id: string, version_id?: string): Promise<void> {
  try {
    const { data } = await post("/files/{id}/link", { path: { id }, body: version_id ? { version_id } : {} });
    const link = document.createElement("a");
    link.href = data.url;
    link.click();
  } catch (error) {
    failed("The file was not downloaded", sentence(error));
  }
}

export function useFileChange() {
  const client = useQueryClient();
  const told = useTold();
  const onSettled = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ["files"] }),
      client.invalidateQueries({ queryKey: ["timeline"] }),
      client.invalidateQueries({ queryKey: ["opportunities", "transitions"] }),
    ]);
  const classify = useMutation({
    mutationFn: ({ file, type }: { file: StoredFile; type: string | null }) =>
      patch("/files/{id}", { path: { id: file.id }, ifMatch: file.version, body: { document_type_id: type } }),
    onSuccess: ({ eventId, data }) =>
      told(data.document_type ? `${data.name} is a ${data.document_type.name}` : `${data.name} has no type`, eventId),
    onSettled,
  });
  const rename = useMutation({
    mutationFn: ({ file, name }: { file: StoredFile; name: string }) =>
      patch("/files/{id}", { path: { id: file.id }, ifMatch: file.version, body: { name } }),
    onSuccess: ({ eventId, data }) => told(`Renamed to ${data.name}`, eventId),
    onSettled,
  });
  const drop = useMutation({
    mutationFn: (file: StoredFile) => remove("/files/{id}", { path: { id: file.id }, ifMatch: file.version }),
    onSuccess: ({ eventId }, file) => told(`Deleted ${file.name}`, eventId),
    onError: (error, file) => failed(`${file.name} was not deleted`, sentence(error)),
    onSettled,
  });
  const choose = useMutation({
    mutationFn: ({ file, version }: { file: StoredFile; version: { id: string; number: number } }) =>
      patch("/files/{id}", { path: { id: file.id }, ifMatch: file.version, body: { version_id: version.id } }),
    onSuccess: ({ eventId }, { file, version }) => told(`${file.name} is version ${version.number} again`, eventId),
    onError: (error, { file }) => failed(`${file.name} was not changed`, sentence(error)),
    onSettled,
  });
  return { classify, rename, drop, choose };
}
