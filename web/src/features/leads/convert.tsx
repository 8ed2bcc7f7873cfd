import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { ApiError, sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { ConversionPreview, Lead } from "@/api/types";
import { TOUCHED, useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { SkeletonRows } from "@/components/ui/states";
import { plural } from "@/lib/format";
import { firstChoices, partOf, type Choices } from "./choices";
import { ConvertPart } from "./convert-part";
import { conversionQuery } from "./queries";

/** What was found for a lead, what will be made of it, and the conversion. */
export function ConvertDialog({ lead, onClose }: { lead: Lead; onClose: () => void }) {
  const preview = useQuery(conversionQuery(lead.id, lead.version));
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Convert ${lead.name}`}
      description="Choose what is there already, or let it be made. It can be undone."
      {...(preview.data ? {} : { footer: <Button onClick={onClose}>Cancel</Button> })}
    >
      {preview.data ? (
        <Convert lead={lead} preview={preview.data} onClose={onClose} />
      ) : preview.isError ? (
        <p role="alert" className="text-cell text-bad-text">
          {sentence(preview.error)}
        </p>
      ) : (
        <SkeletonRows rows={6} />
      )}
    </Overlay>
  );
}

function useConvert(lead: Lead, onClose: () => void) {
  const client = useQueryClient();
  const told = useTold();
  return useMutation({
    mutationFn: (choices: Choices) =>
      post("/leads/{id}/convert", {
        path: { id: lead.id },
        ifMatch: lead.version,
        body: {
          account: partOf(choices.account, {}),
          contact: partOf(choices.contact, {}),
          opportunity: partOf(choices.opportunity, { name: choices.name }),
        },
      }),
    onSuccess: async ({ data }) => {
      onClose();
      await Promise.all(TOUCHED.map((key) => client.invalidateQueries({ queryKey: [key] })));
      told(`Converted ${lead.name}`, data.event_id);
    },
  });
}

function Convert({ lead, preview, onClose }: { lead: Lead; preview: ConversionPreview; onClose: () => void }) {
  const mayMake = { account: useMay("account", "create"), contact: useMay("contact", "create") };
  const mayDeal = useMay("opportunity", "create");
  const [choices, setChoices] = useState(() => firstChoices(preview, { ...mayMake, opportunity: mayDeal }));
  const set = (next: Partial<Choices>) => setChoices({ ...choices, ...next });
  const convert = useConvert(lead, onClose);
  const fields = convert.error instanceof ApiError ? convert.error.fields : [];
  const errorOf = (part: string) =>
    fields
      .filter((f) => f.field === part || f.field.startsWith(`${part}.`))
      .map((f) => f.message)
      .join(" ") || undefined;
  const moves = [
    preview.tasks > 0 ? plural(preview.tasks, "task") : "",
    preview.activities > 0 ? plural(preview.activities, "activity", "activities") : "",
  ].filter(Boolean);
  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(e) => {
        e.preventDefault();
        convert.mutate(choices);
      }}
    >
      {convert.isError && fields.length === 0 && (
        <p role="alert" className="text-cell text-bad-text">
          {sentence(convert.error)}
        </p>
      )}
      <ConvertPart
        title="Account"
        candidates={preview.accounts.map((a) => ({ ...a, detail: a.domain ?? "" }))}
        value={choices.account}
        onChange={(account) => set({ account })}
        fresh={mayMake.account && preview.account ? `New account: ${lead.company ?? lead.name}` : null}
        none="No account"
        error={errorOf("account")}
      />
      <ConvertPart
        title="Contact"
        candidates={preview.contacts.map((c) => ({ ...c, detail: c.account?.name ?? c.email ?? "" }))}
        value={choices.contact}
        onChange={(contact) => set({ contact })}
        fresh={mayMake.contact && preview.contact ? `New contact: ${lead.name}` : null}
        none="No contact"
        error={errorOf("contact")}
      />
      <ConvertPart
        title="Opportunity"
        candidates={[]}
        value={choices.opportunity}
        onChange={(opportunity) => set({ opportunity })}
        fresh={mayDeal ? "New opportunity" : null}
        none="No opportunity"
        error={errorOf("opportunity")}
      >
        <Field label="Name of the opportunity">
          {(w) => <Input {...w} value={choices.name} onChange={(e) => set({ name: e.target.value })} />}
        </Field>
      </ConvertPart>
      {moves.length > 0 && <p className="text-meta text-fg-3">{moves.join(" and ")} will move along.</p>}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="primary"
          type="submit"
          disabled={choices.account === "none" && choices.contact === "none"}
          busy={convert.isPending && "Converting"}
        >
          Convert
        </Button>
      </div>
    </form>
  );
}
