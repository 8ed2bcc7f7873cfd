import { createFileRoute } from "@tanstack/react-router";
import { ResetPassword } from "@/features/session/reset";

export const Route = createFileRoute("/reset-password")({ component: ResetPassword });
