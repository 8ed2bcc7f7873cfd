import { createFileRoute } from "@tanstack/react-router";
import { MailAdmin } from "@/features/mail/admin";

export const Route = createFileRoute("/_app/admin/e-mail")({ staticData: { crumb: "E-mail" }, component: MailAdmin });
