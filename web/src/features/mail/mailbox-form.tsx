/** How a mailbox is reached and what of it is stored. */
import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { patch, post } from "@/api/client";
import { useMe } from "@/api/shared";
import type { Mailbox } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";
import { FolderChoice } from "./folders";
import { ServerFields } from "./server-fields";
import { StoredFields } from "./stored-fields";
import { mailboxesQuery } from "./queries";
import { bodyOf, FIELDS, schema, valuesOf, type Values } from "./values";

export function MailboxForm(props: { mailbox: Mailbox | null; ofOrganisation?: boolean; onClose: () => void }) {
  const { mailbox, onClose } = props;
  const ofOrganisation = props.ofOrganisation ?? mailbox?.of_organisation ?? false;
  const client = useQueryClient();
  const me = useMe().user;
  const form = useForm<Values>({
    resolver: zodResolver(schema(mailbox !== null)),
    defaultValues: valuesOf(mailbox, ofOrganisation ? "" : me.email),
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    const body = bodyOf(values);
    try {
      await (mailbox
        ? patch("/mailboxes/{id}", { path: { id: mailbox.id }, ifMatch: mailbox.version, body })
        : post("/mailboxes", { body: { ...body, password: values.password, of_organisation: ofOrganisation } }));
      await Promise.all(
        [mailboxesQuery().queryKey, ["mail-policy"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
      told(mailbox ? "Mailbox saved" : "Mailbox connected; it is being read");
      onClose();
    } catch (error) {
      landErrors(error, FIELDS, form.setError);
    }
  });
  const title = mailbox ? mailbox.address : ofOrganisation ? "Connect the drop mailbox" : "Connect a mailbox";
  return (
    <Overlay
      open
      shape="wide"
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description="Your provider’s help says what to enter for IMAP. Many want an app password instead of your own."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="mailbox" busy={isSubmitting && "Trying"}>
            {mailbox ? "Save mailbox" : "Connect"}
          </Button>
        </>
      }
    >
      <form id="mailbox" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <ServerFields form={form} known={mailbox !== null} />
        {mailbox && <FolderChoice form={form} mailbox={mailbox} />}
        <StoredFields form={form} ofOrganisation={ofOrganisation} />
      </form>
    </Overlay>
  );
}
