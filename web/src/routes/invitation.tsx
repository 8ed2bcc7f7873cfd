import { createFileRoute } from "@tanstack/react-router";
import { Invitation } from "@/features/session/invitation";

export const Route = createFileRoute("/invitation")({ component: Invitation });
