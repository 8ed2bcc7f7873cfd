import { createFileRoute } from "@tanstack/react-router";
import { MyMail } from "@/features/mail/my-mail";

export const Route = createFileRoute("/_app/e-mail")({ staticData: { crumb: "My e-mail" }, component: MyMail });
