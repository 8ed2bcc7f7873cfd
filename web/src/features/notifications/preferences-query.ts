import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post, put, remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { useMe } from "@/api/shared";
import type { NotificationPreferences } from "@/api/types";
import { failed, told } from "@/components/ui/toast";

export const preferencesQuery = () =>
  queryOptions({ queryKey: ["notification-preferences"], queryFn: () => get("/notification-preferences") });

/** What of the preferences is said by their person. */
export type Choices = Pick<
  NotificationPreferences,
  "kinds" | "quiet_days" | "quiet_from" | "quiet_until" | "digest_hour" | "digest_day"
>;

export const choicesOf = (p: NotificationPreferences): Choices => ({
  kinds: p.kinds,
  quiet_days: p.quiet_days,
  quiet_from: p.quiet_from,
  quiet_until: p.quiet_until,
  digest_hour: p.digest_hour,
  digest_day: p.digest_day,
});

export function usePreferences() {
  const client = useQueryClient();
  const me = useMe().user.id;
  const key = preferencesQuery().queryKey;
  const save = useMutation({
    mutationFn: ({ version, ...body }: Choices & { version: number }) =>
      put("/notification-preferences", { body, ifMatch: version }),
    onSuccess: ({ data }) => {
      client.setQueryData(key, data);
      told("Preferences saved");
    },
    onError: async (error) => {
      if (isApiError(error, "version_conflict")) await client.invalidateQueries({ queryKey: key });
      failed("The preferences were not saved", sentence(error));
    },
  });
  const test = useMutation({
    mutationFn: () => post("/notification-preferences/test-letter"),
    onSuccess: () => told("A letter is on its way"),
    onError: (error) => failed("No letter was sent", sentence(error)),
  });
  const again = useMutation({
    mutationFn: () => remove("/bouncing-addresses/{id}", { path: { id: me } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: key });
      told("The next letter goes to your address again");
    },
    onError: (error) => failed("That did not work", sentence(error)),
  });
  return { save, test, again };
}
