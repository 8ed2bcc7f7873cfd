/** Follows a record, or does not any more; and says who does. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { BellPlus, BellRing } from "lucide-react";
import { get, put, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMe } from "@/api/shared";
import type { FollowedObject } from "@/api/types";
import { Button } from "@/components/ui/button";
import { failed } from "@/components/ui/toast";

const followQuery = (object: FollowedObject, id: string) =>
  queryOptions({
    queryKey: ["follows", object, id],
    queryFn: ({ signal }) => get("/follows/{object}/{id}", { path: { object, id }, signal }),
  });

export function FollowButton({ object, id }: { object: FollowedObject; id: string }) {
  const client = useQueryClient();
  const viewing = Boolean(useMe().viewer);
  const follow = useQuery(followQuery(object, id)).data;
  const set = useMutation({
    mutationFn: (following: boolean) => {
      const at = { path: { object, id } };
      return following ? put("/follows/{object}/{id}", at) : remove("/follows/{object}/{id}", at);
    },
    onSuccess: ({ data }) => client.setQueryData(followQuery(object, id).queryKey, data),
    onError: (error) => failed("That was not kept", sentence(error)),
  });
  if (!follow || viewing) return null;
  const { following, items } = follow;
  const others = items.map((who) => who.name).join(", ");
  return (
    <Button
      aria-pressed={following}
      title={others ? `Followed by ${others}` : "Nobody follows this record"}
      className="max-md:size-[30px] max-md:p-0"
      aria-label={following ? "Following: hear no more of it" : "Follow: hear of its stage, owner, amount and notes"}
      onClick={() => set.mutate(!following)}
    >
      {following ? <BellRing /> : <BellPlus />}
      <span className="max-md:hidden">{following ? "Following" : "Follow"}</span>
    </Button>
  );
}
