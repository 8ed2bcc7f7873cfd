import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";

/** Once the cookie is there: forget what an anonymous visitor knew, and go inside. */
export function useEnter() {
  const client = useQueryClient();
  const router = useRouter();
  return async (to: string) => {
    client.clear();
    await router.invalidate();
    router.history.push(to);
  };
}
