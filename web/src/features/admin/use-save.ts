/** A change of master data: what shows it is read again, and what failed is said. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { isApiError, sentence } from "@/api/problem";
import { failed, told } from "@/components/ui/toast";

/** What shows master data. */
export const MASTER_DATA = [
  "pipelines",
  "options",
  "products",
  "price-lists",
  "task-templates",
  "currencies",
  "custom-fields",
  "opportunities",
  "accounts",
  "leads",
  "matching-rules",
  "duplicates",
];

export function useSave<V>(change: (vars: V) => Promise<unknown>, done?: string | ((vars: V) => string)) {
  const client = useQueryClient();
  const refresh = () => Promise.all(MASTER_DATA.map((key) => client.invalidateQueries({ queryKey: [key] })));
  return useMutation({
    mutationFn: change,
    onSuccess: async (_, vars) => {
      await refresh();
      if (done) told(typeof done === "string" ? done : done(vars));
    },
    onError: async (error) => {
      if (isApiError(error, "version_conflict") || isApiError(error, "order_changed")) {
        await refresh();
        failed("Not saved", "Someone changed it meanwhile. It has been refreshed: try again.");
      } else failed("Not saved", sentence(error));
    },
  });
}
