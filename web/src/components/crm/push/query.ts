import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMe } from "@/api/shared";
import type { PushSubscription as Kept } from "@/api/types";
import { failed, told } from "@/components/ui/toast";
import { subscription, turnOff, turnOn } from "./browser";
import { browser, readiness } from "./readiness";

/** The browsers that show my notifications, and whether this one does. */
export const pushQuery = () =>
  queryOptions({
    queryKey: ["push-subscriptions"],
    queryFn: async () => {
      const [{ public_key: known }, { items }, made] = await Promise.all([
        get("/push-subscriptions/key"),
        get("/push-subscriptions"),
        subscription(),
      ]);
      const key = known ?? null;
      return { key, items, here: made !== null && items.some((one) => one.current), state: readiness(key, browser()) };
    },
  });

export function usePush() {
  const client = useQueryClient();
  const me = useMe().user.id;
  const refresh = () => client.invalidateQueries({ queryKey: pushQuery().queryKey });
  const on = useMutation({
    mutationFn: (key: string) => turnOn(me, key),
    onSuccess: (done) => {
      if (done) told("This browser shows your notifications");
    },
    onError: (error) => failed("It was not turned on", sentence(error)),
    onSettled: refresh,
  });
  const off = useMutation({
    mutationFn: turnOff,
    onSuccess: (_, one) => told(one.current ? "This browser shows none any more" : `${one.device} shows none any more`),
    onError: (error) => failed("It was not turned off", sentence(error)),
    onSettled: refresh,
  });
  const test = useMutation({
    mutationFn: (one: Kept) => post("/push-subscriptions/{id}/test", { path: { id: one.id } }),
    onSuccess: () => told("A notification is on its way"),
    onError: (error) => failed("No notification was sent", sentence(error)),
    onSettled: refresh,
  });
  return { on, off, test };
}
