/** Opens the person's own mail program, with their address for copies in BCC: nothing is sent from here. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Mail } from "lucide-react";
import { get } from "@/api/client";
import { useMay } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { mailto } from "@/lib/mailto";

export const mailAddressQuery = () =>
  queryOptions({ queryKey: ["mail-address"], queryFn: () => get("/mail-address"), staleTime: 60_000, retry: false });

export function WriteEmail({ to }: { to: string | null | undefined }) {
  const mayLog = useMay("activity", "create");
  const { data } = useQuery({ ...mailAddressQuery(), enabled: mayLog && Boolean(to) });
  if (!to) return null;
  return (
    <Button asChild className="max-md:hidden">
      <a href={mailto({ to, bcc: data?.address })} title="Opens your own mail program">
        <Mail /> E-mail
      </a>
    </Button>
  );
}
