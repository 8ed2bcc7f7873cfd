/** The address that one puts into BCC, or forwards to. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { mailAddressQuery } from "@/components/crm/write-email";
import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { Card, ReadFailed } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";

export function DropAddress() {
  const client = useQueryClient();
  const query = useQuery(mailAddressQuery());
  const settled = () => client.invalidateQueries({ queryKey: mailAddressQuery().queryKey });
  const make = useMutation({
    mutationFn: () => post("/mail-address", {}),
    onSuccess: () => told("Address made"),
    onError: (error) => failed("No address was made", sentence(error)),
    onSettled: settled,
  });
  const end = useMutation({
    mutationFn: () => remove("/mail-address", {}),
    onSuccess: () => told("The address has ended"),
    onError: (error) => failed("It was not ended", sentence(error)),
    onSettled: settled,
  });
  const made = query.data?.created_at;
  return (
    <Card title="Address for copies">
      <div className="flex flex-col gap-3 px-4 py-3 text-cell">
        <ReadFailed query={query} />
        <p className="text-fg-2">
          A message with this address in BCC is stored with whom you wrote to; one that you forward to it, with whom it
          is from. Whoever knows it can add messages in your name: keep it to yourself.
        </p>
        {query.data?.address && <Copyable label="Your address" value={query.data.address} />}
        {made && !query.data?.address && (
          <p className="text-fg-3">
            Your administrator has not set up an address for copies yet; a mail server can use the one below.
          </p>
        )}
        {query.data?.inbound_url && <Copyable label="For a mail server" value={query.data.inbound_url} />}
        <div className="flex flex-wrap gap-2">
          <Button busy={make.isPending && "Making"} onClick={() => make.mutate()}>
            {made ? "Make another one" : "Make an address"}
          </Button>
          {made && (
            <Button variant="quietDanger" busy={end.isPending && "Ending"} onClick={() => end.mutate()}>
              End it
            </Button>
          )}
        </div>
      </div>
    </Card>
  );
}
