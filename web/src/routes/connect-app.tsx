import { createFileRoute } from "@tanstack/react-router";
import { ConnectApp } from "@/features/session/connect-app";

/** Who is not signed in is sent through the door by the first request, and comes back. */
export const Route = createFileRoute("/connect-app")({ component: ConnectApp });
