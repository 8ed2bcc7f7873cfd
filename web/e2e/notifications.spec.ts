/** Somebody is mentioned: their bell rings at once and leads to the record; and they choose what they hear of. */
import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { click, deliver, registered, shown, stubPushService, subscription } from "./push";
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

test("a browser is turned on by a click, shows what comes, leads to it, and is silent after signing out", async ({
  browser,
  baseURL,
}) => {
  const origin = new URL(baseURL ?? "").origin;
  const context = await browser.newContext({ permissions: ["notifications"] });
  const page = await context.newPage();
  await stubPushService(page, subscription());
  await signIn(page);
  const made = await page.request.post("/api/v1/opportunities", { data: { name: `${DEAL} push` } });
  const { id } = (await made.json()) as { id: string };

  const kept = async () => {
    const answer = await page.request.get("/api/v1/push-subscriptions");
    return ((await answer.json()) as { items: { id: string }[] }).items.map((one) => one.id);
  };
  const before = await kept();

  // Nothing is registered, and nobody is asked, before somebody wants it.
  await page.goto("/notifications?tab=preferences");
  const card = page.locator("[data-slot=card]").filter({ hasText: "Notifications in browsers" });
  await expect(card.getByRole("button", { name: "Turn on in this browser" })).toBeVisible();
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await accessible(page);
  await card.getByRole("button", { name: "Turn on in this browser" }).click();
  await expect(card.getByText("This browser", { exact: true })).toBeVisible();
  await accessible(page);
  const mentioned = page.getByLabel("Somebody mentions me or my team: in browsers");
  await expect(mentioned).toBeChecked();
  await expect(page.getByLabel("A stage tells me of a deal: in browsers")).not.toBeChecked();

  const cdp = await context.newCDPSession(page);
  const registration = await registered(cdp, origin);
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
  const told = {
    id: null,
    title: `Ada mentioned you on ${DEAL} push`,
    body: "Please look",
    url: `/opportunities/${id}`,
    tag: `opportunity:${id}`,
    lang: "en",
  };

  // Who looks at the app is told by it.
  await deliver(cdp, origin, registration, told);
  await expect(page.getByRole("status").filter({ hasText: told.title })).toBeVisible();
  expect(await shown(worker)).toEqual([]);

  // Who does not sees it on their device, the newest in the place of the one before it; a click leads there.
  await page.goto("about:blank");
  await deliver(cdp, origin, registration, told);
  await deliver(cdp, origin, registration, { ...told, body: "Please look again" });
  await expect
    .poll(() => shown(worker))
    .toEqual([{ title: told.title, body: "Please look again", tag: `opportunity:${id}` }]);
  await page.goto("/tasks");
  await expect(page.getByRole("button", { name: /^Notifications/ })).toBeVisible();
  await click(worker, "");
  await expect(page.getByRole("heading", { level: 1, name: `${DEAL} push` })).toBeVisible();
  await expect.poll(() => shown(worker)).toEqual([]);

  // "Mark read" is the person's own request.
  await page.goto("about:blank");
  await deliver(cdp, origin, registration, told);
  await expect.poll(async () => (await shown(worker)).length).toBe(1);
  const marked = context.waitForEvent("request", (r) => r.url().endsWith("/notifications/marks"));
  await click(worker, "read");
  const request = await marked;
  expect(request.postDataJSON()).toEqual({ which: { object: "opportunity", record_id: id }, read: true });
  expect((await request.response())?.status()).toBe(200);

  // It stands among the devices, and ends with the session.
  await page.goto("/security");
  const devices = page.getByRole("list", { name: "Browsers that show notifications" }).getByRole("listitem");
  await expect(devices.filter({ hasText: "This browser" })).toHaveCount(1);
  await accessible(page);
  await page.getByRole("button", { name: /account and theme$/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByLabel("E-mail")).toBeVisible();
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await signIn(page);
  expect(await kept()).toEqual(before);
  await context.close();
});
