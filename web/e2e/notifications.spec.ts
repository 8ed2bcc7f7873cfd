/** Somebody is mentioned: their bell rings at once and leads to the record; and they choose what they hear of. */
import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const DEAL = `Bell tower ${Date.now().toString(36)}`;

test("a mention rings the other's bell at once, and leads to the note", async ({ browser }) => {
  const [one, other] = [await browser.newContext(), await browser.newContext()];
  const [admin, manager] = [await one.newPage(), await other.newPage()];
  await signIn(admin);
  await signIn(manager, "manager@demo.test");
  const me = (await (await manager.request.get("/api/v1/me")).json()) as { user: { name: string } };
  const made = await admin.request.post("/api/v1/opportunities", { data: { name: DEAL } });
  const { id } = (await made.json()) as { id: string };
  // Whoever reads everything hears of it in any case; the manager may have to be let in first.
  const sees = await manager.request.get(`/api/v1/opportunities/${id}`);

  await admin.goto(`/opportunities/${id}`);
  await admin.getByRole("button", { name: "Write a note, or log a call" }).click();
  const field = admin.getByLabel("What happened");
  await field.pressSequentially(`Please look, @${me.user.name.slice(0, 4)}`);
  const option = admin.getByRole("option", { name: new RegExp(`^${me.user.name}`) }).first();
  await expect(option).toBeVisible();
  await accessible(admin);
  await field.press("Enter");
  await expect(field).toHaveValue(`Please look, @${me.user.name} `);
  await field.pressSequentially("**today**");
  await admin.getByRole("button", { name: "Save note" }).click();
  if (!sees.ok()) {
    await expect(admin.getByText("can’t see this record")).toBeVisible();
    await admin.getByRole("button", { name: "Share and save" }).click();
  }
  const note = admin.getByRole("listitem").filter({ hasText: "Please look" }).first();
  await expect(note.getByText(`@${me.user.name}`)).toBeVisible();
  await expect(note.locator("strong", { hasText: "today" })).toBeVisible();

  // No reload: the bell hears of it by the live stream.
  const bell = manager.getByRole("button", { name: /^Notifications, \d+ unread/ });
  await expect(bell).toBeVisible({ timeout: 15_000 });
  await bell.click();
  await expect(manager.getByRole("link", { name: new RegExp(`mentioned you on ${DEAL}`) })).toBeVisible();
  await accessible(manager);
  await manager.getByRole("link", { name: new RegExp(`mentioned you on ${DEAL}`) }).click();
  await expect(manager.getByRole("heading", { level: 1, name: DEAL })).toBeVisible();
  const entry = manager.getByRole("listitem").filter({ hasText: "Please look" }).first();
  await entry.getByRole("button", { name: "React" }).click();
  await manager.getByRole("menuitemcheckbox", { name: "Thumbs up" }).click();
  await expect(entry.getByRole("button", { name: `Thumbs up: ${me.user.name}` })).toBeVisible();

  // What was opened is read; the list has it, by keyboard too.
  await manager.goto("/notifications?tab=all");
  const row = manager.getByRole("listitem").filter({ hasText: DEAL });
  await row.getByRole("button", { name: "Mark as unread" }).click();
  await expect(row.getByRole("button", { name: "Mark as read" })).toBeVisible();
  await manager.keyboard.press("j");
  await manager.keyboard.press("e");
  await expect(row.getByRole("button", { name: "Mark as unread" })).toBeVisible();

  await manager.getByRole("link", { name: "Preferences" }).click();
  const mentioned = manager.getByLabel("Somebody mentions me or my team: by e-mail");
  await mentioned.selectOption({ label: "Weekly digest" });
  await manager.getByLabel("Saturday").check();
  await accessible(manager);
  const saved = manager.waitForResponse((r) => r.request().method() === "PUT" && r.ok());
  await manager.getByRole("button", { name: "Save preferences" }).click();
  await saved;
  await manager.reload();
  await expect(mentioned).toHaveValue("weekly");
  await expect(manager.getByLabel("Saturday")).toBeChecked();
  await one.close();
  await other.close();
});
