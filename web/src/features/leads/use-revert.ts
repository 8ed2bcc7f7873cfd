import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Lead, MadeRecord } from "@/api/types";
import { TOUCHED } from "@/components/crm/use-undo";
import { failed, told } from "@/components/ui/toast";

const WHY: Record<string, string> = {
  changed: "changed since",
  in_use: "used since",
  not_permitted: "not yours to delete",
};

/** What stays of a conversion that was taken back, and why. */
const staysWords = (kept: MadeRecord[]): string =>
  kept.map((k) => `${k.name || `the ${k.type}`} (${WHY[k.reason ?? ""] ?? "stays"})`).join(", ");

export function useRevert(lead: Lead) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => post("/leads/{id}/revert-conversion", { path: { id: lead.id }, body: {}, ifMatch: lead.version }),
    onSuccess: async ({ data }) => {
      await Promise.all(TOUCHED.map((key) => client.invalidateQueries({ queryKey: [key] })));
      told(
        data.kept.length > 0
          ? `${lead.name} is a lead again. This stays: ${staysWords(data.kept)}`
          : `${lead.name} is a lead again`,
      );
    },
    onError: (error) => failed("The conversion was not taken back", sentence(error)),
  });
}
