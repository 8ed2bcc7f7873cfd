import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Automation } from "@/api/types";
import { DeleteButton } from "@/components/crm/delete-button";
import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { Overlay } from "@/components/ui/overlay";
import { failed } from "@/components/ui/toast";

/** The secret that signs what it sends, shown once; and the end of an automation. */
export function Secret({ automation: a }: { automation: Automation }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [secret, setSecret] = useState<string | null>(null);
  const renew = async () => {
    try {
      setSecret((await post("/automations/{id}/secret", { path: { id: a.id }, body: undefined })).data.secret);
    } catch (error) {
      failed("No new secret", sentence(error));
    }
  };
  return (
    <>
      {a.steps.some((step) => step.do === "webhook") && (
        <Button onClick={() => void renew()}>New signing secret</Button>
      )}
      <DeleteButton
        noun="automation"
        name={a.name}
        description="It does nothing any more, and the log of its runs goes with it. To keep it for later, switch it off instead."
        run={() => remove("/automations/{id}", { path: { id: a.id }, ifMatch: a.version })}
        leave={async () => {
          await navigate({ to: "/admin/automations" });
          await client.invalidateQueries({ queryKey: ["automations"] });
        }}
      />
      {secret && (
        <Overlay
          open
          onOpenChange={(open) => !open && setSecret(null)}
          title="Signing secret"
          description="Copy it now. What is sent from now on is signed with it, as Standard Webhooks say. It is not shown again."
          footer={
            <Button variant="primary" onClick={() => setSecret(null)}>
              Done
            </Button>
          }
        >
          <Copyable label="Secret" value={secret} />
        </Overlay>
      )}
    </>
  );
}
