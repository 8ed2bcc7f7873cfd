/** Sharing, account teams and field access: an administrator does it, a rep sees the outcome and is refused the rest. */
import { expect, test, type Browser, type Page } from "@playwright/test";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36).toUpperCase();

async function signedIn(browser: Browser, email: string): Promise<Page> {
  const page = await browser.newPage();
  await signIn(page, email);
  return page;
}

async function made(page: Page, path: string, data: object): Promise<string> {
  const answer = await page.request.post(`/api/v1/${path}`, { data });
  expect(answer.status()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

test("a deal is shared with a colleague, and taken back", async ({ browser }) => {
  const admin = await signedIn(browser, "admin@demo.test");
  const rep = await signedIn(browser, "rep@demo.test");
  const name = `Shared ${RUN}`;
  const id = await made(admin, "opportunities", { name });
  await rep.goto(`/opportunities/${id}`);
  await expect(rep.getByRole("heading", { name })).toHaveCount(0);

  await admin.goto(`/opportunities/${id}`);
  await admin.getByRole("button", { name: "More", exact: true }).click();
  await admin.getByRole("menuitem", { name: "Share…" }).click();
  const dialog = admin.getByRole("dialog", { name: `Share ${name}` });
  await dialog.getByLabel("With", { exact: true }).click();
  await admin.getByRole("option", { name: "Rita Solberg" }).click();
  await dialog.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialog.getByRole("listitem").filter({ hasText: "Rita Solberg" })).toContainText("Read");

  await rep.goto(`/opportunities/${id}`);
  await expect(rep.getByRole("heading", { name })).toBeVisible();
  await rep.goto(`/opportunities?q=${encodeURIComponent(name)}`);
  await expect(rep.getByRole("gridcell", { name, exact: true })).toBeVisible();

  await dialog.getByRole("button", { name: "Stop sharing with Rita Solberg" }).click();
  await expect(dialog.getByText("Nobody yet")).toBeVisible();
  await rep.goto(`/opportunities/${id}`);
  await expect(rep.getByRole("heading", { name })).toHaveCount(0);
  await admin.close();
  await rep.close();
});

test("a task is shared from its menu", async ({ browser }) => {
  const admin = await signedIn(browser, "admin@demo.test");
  const rep = await signedIn(browser, "rep@demo.test");
  const title = `Task ${RUN}`;
  await made(admin, "tasks", { title });
  await rep.goto("/tasks?view=everyone");
  await expect(rep.getByText(title)).toHaveCount(0);
  await admin.goto("/tasks");
  await admin.getByRole("button", { name: `More for ${title}` }).click();
  await admin.getByRole("menuitem", { name: "Share…" }).click();
  const dialog = admin.getByRole("dialog", { name: `Share ${title}` });
  await dialog.getByLabel("With", { exact: true }).click();
  await admin.getByRole("option", { name: "Rita Solberg" }).click();
  await dialog.getByLabel("To").selectOption("edit");
  await dialog.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialog.getByRole("listitem").filter({ hasText: "Rita Solberg" })).toContainText("Edit");
  // She finishes it, but may not delete it.
  await rep.reload();
  await rep.getByRole("button", { name: `More for ${title}` }).click();
  await expect(rep.getByRole("menuitem", { name: "Due tomorrow" })).toBeVisible();
  await expect(rep.getByRole("menuitem", { name: "Delete" })).toHaveCount(0);
  await rep.keyboard.press("Escape");
  await rep.getByRole("checkbox", { name: `Finish: ${title}` }).click();
  await expect(rep.getByText("Task done")).toBeVisible();
  await admin.close();
  await rep.close();
});

test("an administrator sees who can see a record, and why", async ({ browser }) => {
  const admin = await signedIn(browser, "admin@demo.test");
  const id = await made(admin, "opportunities", { name: `Who ${RUN}` });
  await admin.goto(`/opportunities/${id}`);
  await admin.getByRole("button", { name: "More", exact: true }).click();
  await admin.getByRole("menuitem", { name: "Who can see this?" }).click();
  const access = admin.getByRole("dialog").getByRole("list", { name: "Access" });
  await expect(access).toContainText("Administrator: all");
  await admin.getByRole("dialog").getByLabel("Person").click();
  await admin.getByRole("option", { name: "Rita Solberg" }).click();
  await expect(access.getByRole("listitem").first()).toContainText("No role or share allows it");
  await admin.close();
});

test("an account’s team has members with a role", async ({ browser }) => {
  const admin = await signedIn(browser, "admin@demo.test");
  const id = await made(admin, "accounts", { name: `Team ${RUN}` });
  await admin.goto(`/accounts/${id}?tab=team`);
  await expect(admin.getByText("Nobody is on this account’s team")).toBeVisible();
  await admin.getByRole("button", { name: "Add a member" }).click();
  const dialog = admin.getByRole("dialog", { name: "Add a member" });
  await dialog.getByLabel(/^Person/).click();
  await admin.getByRole("option", { name: "Rita Solberg" }).click();
  await dialog.getByLabel(/^Role/).fill("Solutions engineer");
  await dialog.getByLabel("Its opportunities").selectOption("edit");
  await dialog.getByRole("button", { name: "Add member" }).click();
  const member = admin.getByRole("main").getByRole("listitem").filter({ hasText: "Rita Solberg" });
  await expect(member).toContainText("Reads the account, edits its opportunities");
  await admin.getByRole("button", { name: "Take Rita Solberg off the team" }).click();
  await expect(member).toHaveCount(0);
  await admin.close();
});

test("a field that a role hides is gone for who has the role; a rep may not decide that", async ({ browser }) => {
  const admin = await signedIn(browser, "admin@demo.test");
  const reader = await signedIn(browser, "readonly@demo.test");
  const id = await made(admin, "opportunities", { name: `Fields ${RUN}`, next_step: "Do not tell" });
  await admin.goto("/admin/field-access");
  const select = admin.getByLabel("Next step for Read-only");
  await select.selectOption("hidden");
  await expect(select).toHaveValue("hidden");
  await reader.goto(`/opportunities/${id}`);
  await expect(reader.getByRole("heading", { name: `Fields ${RUN}` })).toBeVisible();
  await expect(reader.getByText("Do not tell")).toHaveCount(0);
  await select.selectOption("full");
  await expect(select).toHaveValue("full");
  await reader.reload();
  await expect(reader.getByText("Do not tell").first()).toBeVisible();
  const roles = (await (await admin.request.get("/api/v1/roles")).json()) as { items: { id: string }[] };
  const refused = await reader.request.put(`/api/v1/roles/${roles.items[0]?.id ?? ""}/fields`, {
    data: { fields: {} },
  });
  expect(refused.status()).toBe(403);
  await admin.close();
  await reader.close();
});
