import { createFileRoute } from "@tanstack/react-router";
import { ApprovalLinkPage } from "@/features/approvals/link-page";

export const Route = createFileRoute("/approval")({ component: ApprovalLinkPage });
