import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { ShareLevel, SharedObject } from "@/api/types";
import { failed } from "@/components/ui/toast";

export const sharesQuery = (type: SharedObject, id: string) =>
  queryOptions({
    queryKey: ["shares", type, id],
    queryFn: async () => {
      const at = { path: { id } };
      if (type === "opportunity") return (await get("/opportunities/{id}/shares", at)).items;
      if (type === "account") return (await get("/accounts/{id}/shares", at)).items;
      if (type === "task") return (await get("/tasks/{id}/shares", at)).items;
      if (type === "lead") return (await get("/leads/{id}/shares", at)).items;
      return (await get("/contacts/{id}/shares", at)).items;
    },
  });

export interface NewShare {
  user_id?: string;
  team_id?: string;
  level: ShareLevel;
  expires_at: string | null;
}

export function useShares(type: SharedObject, id: string) {
  const client = useQueryClient();
  const done = () => {
    void client.invalidateQueries({ queryKey: ["shares", type, id] });
    void client.invalidateQueries({ queryKey: ["timeline"] });
  };
  const add = useMutation({
    mutationFn: async (body: NewShare) => {
      const at = { path: { id }, body };
      if (type === "opportunity") await post("/opportunities/{id}/shares", at);
      else if (type === "account") await post("/accounts/{id}/shares", at);
      else if (type === "task") await post("/tasks/{id}/shares", at);
      else if (type === "lead") await post("/leads/{id}/shares", at);
      else await post("/contacts/{id}/shares", at);
    },
    onSuccess: done,
  });
  const drop = useMutation({
    mutationFn: async (share_id: string) => {
      const at = { path: { id, share_id } };
      if (type === "opportunity") await remove("/opportunities/{id}/shares/{share_id}", at);
      else if (type === "account") await remove("/accounts/{id}/shares/{share_id}", at);
      else if (type === "task") await remove("/tasks/{id}/shares/{share_id}", at);
      else if (type === "lead") await remove("/leads/{id}/shares/{share_id}", at);
      else await remove("/contacts/{id}/shares/{share_id}", at);
    },
    onSuccess: done,
    onError: (error) => failed("The share was not taken back", sentence(error)),
  });
  return { add, drop };
}
