import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";

/** For a bad day: everybody signs in again. */
export function EndSessionsCard() {
  const [asked, setAsked] = useState(false);
  const end = useMutation({
    mutationFn: async () => (await remove("/organisation/sessions")).data.ended,
    onSuccess: (ended) => told(ended === 1 ? "1 session ended" : `${ended} sessions ended`),
    onError: (error) => {
      if (!isApiError(error, "reauthentication_required")) failed("The sessions were not ended", sentence(error));
    },
    onSettled: () => setAsked(false),
  });
  return (
    <Card title="Everybody’s sessions">
      <div className="flex flex-wrap items-center gap-3 px-4 py-3">
        <p className="min-w-0 flex-1 basis-64 text-cell text-fg-2">
          Signs everyone but you out on every device. For when a password or a machine fell into the wrong hands; a
          single person’s sessions are ended in the list of people.
        </p>
        <Button variant="danger" onClick={() => setAsked(true)}>
          End all sessions
        </Button>
      </div>
      <Overlay
        open={asked}
        onOpenChange={setAsked}
        title="End everybody’s sessions?"
        footer={
          <>
            <Button onClick={() => setAsked(false)}>Cancel</Button>
            <Button variant="danger" busy={end.isPending && "Ending"} onClick={() => end.mutate()}>
              End all sessions
            </Button>
          </>
        }
      >
        <p className="text-cell text-fg-2">
          Everyone signs in again at their next click; what they are typing is lost. This session and API keys go on.
        </p>
      </Overlay>
    </Card>
  );
}
