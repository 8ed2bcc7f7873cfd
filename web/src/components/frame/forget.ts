/** Forgets what this browser keeps of who signs out: it shows the next person nothing of it. */
import { dropDrafts } from "@/components/crm/new-record/drop-drafts";
import { dropRecent } from "@/lib/recent";

export async function forget(): Promise<void> {
  dropDrafts();
  dropRecent();
  (await import("@/components/crm/files/interrupted")).dropInterrupted();
  const { leave } = await import("@/components/crm/push/browser");
  // Nothing comes any more in any case: for the server the browser ended with the session.
  await leave().catch(() => undefined);
}
