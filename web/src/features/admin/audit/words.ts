/** What an event's type says, for a person who reads many of them. */
import type { AuditEvent } from "@/api/types";

const TYPES: Record<string, string> = {
  "session.signed_in": "signed in",
  "session.sign_in_failed": "refused a sign-in of",
  "session.sign_in_throttled": "stopped sign-ins of",
  "session.signed_out": "signed out",
  "session.revoked": "ended a session of",
  "audit.exported": "exported the audit log of",
};
/** Nobody needs to be told whose session it was. */
const OWN = ["session.signed_in", "session.signed_out"];

export function sentence(event: AuditEvent): { verb: string; object: string } {
  const [, action = event.type] = event.type.split(".");
  return {
    verb: TYPES[event.type] ?? action.replaceAll("_", " "),
    object: OWN.includes(event.type) ? "" : event.subject.name || event.subject.type.replaceAll("_", " "),
  };
}

export const OBJECTS = [
  "opportunity",
  "account",
  "contact",
  "lead",
  "task",
  "activity",
  "product",
  "import",
  "proposal",
  "user",
  "api_key",
  "oauth_client",
  "connected_app",
  "app_registration",
  "tool_server",
  "service_account",
  "assignment_rule",
  "web_form",
  "organisation",
];
