/** Putting a material away, taking it out again, and deleting what is away. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { Material } from "@/api/types";
import { DeleteButton } from "@/components/crm/delete-button";
import { Button } from "@/components/ui/button";
import { failed, told } from "@/components/ui/toast";
import { KINDS, materialsChanged } from "./queries";

export function MaterialActions({ material }: { material: Material }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayDelete = useMay("material", "delete");
  const { archived_at: archived, version, title, kind } = material;
  const asked = { path: { id: material.id }, ifMatch: version };
  const move = useMutation({
    mutationFn: () => (archived ? post("/materials/{id}/restore", asked) : post("/materials/{id}/archive", asked)),
    onSuccess: () => told(archived ? `“${title}” is back` : `“${title}” is archived`),
    onError: (error) => failed("Nothing was changed", sentence(error)),
    onSettled: () => materialsChanged(client),
  });
  return (
    <>
      {archived && mayDelete && (
        <DeleteButton
          noun={KINDS[kind].one}
          name={title}
          description="It goes for good, with its earlier versions."
          run={() => remove("/materials/{id}", asked)}
          leave={async () => {
            await navigate({ to: "/admin/materials", search: { kind, archived: "true" } });
            await client.invalidateQueries({ queryKey: ["materials", "list"] });
          }}
        />
      )}
      <Button type="button" busy={move.isPending && "Saving"} onClick={() => move.mutate()}>
        {archived ? "Restore" : "Archive"}
      </Button>
    </>
  );
}
