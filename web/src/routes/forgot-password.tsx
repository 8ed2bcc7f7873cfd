import { createFileRoute } from "@tanstack/react-router";
import { ForgotPassword } from "@/features/session/forgot";

export const Route = createFileRoute("/forgot-password")({ component: ForgotPassword });
