import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sentence } from "@/api/problem";
import { failed, told } from "@/components/ui/toast";

/** A change of a template: said, and everything of imports is read anew. */
export function useTemplateChange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ send }: { send: () => Promise<unknown>; said: string }) => send(),
    onSuccess: (_, { said }) => told(said),
    onError: (error) => failed("This was not saved", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["imports"] }),
  });
}
