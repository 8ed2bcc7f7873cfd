import { expect, test, type Browser, type Page } from "@playwright/test";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36);

async function as(browser: Browser, email: string): Promise<Page> {
  const page = await (await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] })).newPage();
  await signIn(page, email);
  return page;
}

test.describe.configure({ mode: "serial" });
test.describe("an administrator with programs to let in", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await as(browser, "admin@demo.test");
  });
  test.afterAll(() => page.close());

  let secret = "";
  test("makes a key, is shown it once, and a program uses it", async ({ request }) => {
    await page.goto("/admin/api-keys");
    await page.getByRole("button", { name: "New API key" }).click();
    const dialog = page.getByRole("dialog", { name: "New API key" });
    await dialog.getByRole("button", { name: "Make the key" }).click();
    await expect(dialog.getByText("Say what the key is for.")).toBeVisible();
    await dialog.getByLabel("Name required").fill(`Export ${RUN}`);
    await dialog.getByRole("button", { name: "Make the key" }).click();
    await expect(dialog.getByText("choose at least one thing that it may do")).toBeVisible();
    await dialog.getByLabel("View opportunity").selectOption("all");
    await dialog.getByRole("button", { name: "Make the key" }).click();
    const shown = page.getByRole("dialog", { name: `The key “Export ${RUN}”` });
    secret = (await shown.getByLabel("Key", { exact: true }).textContent()) ?? "";
    expect(secret).toMatch(/^dw_[0-9A-Za-z]{49}$/);
    await shown.getByRole("button", { name: "Copy the key" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await shown.getByRole("button", { name: "Done" }).click();
    await expect(page.getByText(secret)).toHaveCount(0);

    const ask = (path: string) => request.get(`/api/v1${path}`, { headers: { Authorization: `Bearer ${secret}` } });
    expect((await ask("/opportunities?limit=1")).status()).toBe(200);
    expect((await ask("/accounts")).status()).toBe(403);
    await page.reload();
    await expect(page.getByRole("row", { name: new RegExp(`Export ${RUN}`) })).toContainText("now");
  });

  test("replaces its secret and revokes it", async ({ request }) => {
    const row = page.getByRole("row", { name: new RegExp(`Export ${RUN}`) });
    await row.getByRole("button", { name: /^Replace the secret/ }).click();
    await page.getByLabel("The former secret works for").selectOption("0");
    await page.getByRole("button", { name: "Replace it" }).click();
    const shown = page.getByRole("dialog", { name: /^The new secret/ });
    const renewed = (await shown.getByLabel("Key", { exact: true }).textContent()) ?? "";
    await shown.getByRole("button", { name: "Done" }).click();
    const status = async (key: string) =>
      (await request.get("/api/v1/opportunities?limit=1", { headers: { Authorization: `Bearer ${key}` } })).status();
    expect(await status(secret)).toBe(401);
    expect(await status(renewed)).toBe(200);
    await row.getByRole("button", { name: `Revoke Export ${RUN}` }).click();
    await page.getByRole("button", { name: "Revoke it" }).click();
    await expect(page.getByText(`“Export ${RUN}” has been revoked`)).toBeVisible();
    await expect(row).toHaveCount(0);
    expect(await status(renewed)).toBe(401);
    await page.getByLabel("Show ended keys").click();
    await expect(row).toContainText("Revoked");
  });

  test("makes a service account with an OAuth client, which gets a token", async ({ request }) => {
    await page.goto("/admin/service-accounts");
    await page.getByRole("button", { name: "New service account" }).click();
    const form = page.getByRole("dialog", { name: "New service account" });
    await form.getByLabel("Name required").fill(`Warehouse ${RUN}`);
    await form.getByLabel("Role required").selectOption({ label: "Read-only" });
    await form.getByRole("button", { name: "Make it" }).click();
    const row = page.getByRole("row", { name: new RegExp(`Warehouse ${RUN} (Off )?Read-only`) });
    await expect(row).toBeVisible();
    await page.getByRole("button", { name: "New OAuth client" }).click();
    const client = page.getByRole("dialog", { name: "New OAuth client" });
    await client.getByLabel("Name required").fill(`Loader ${RUN}`);
    await client.getByLabel("Acts for").selectOption({ label: `Warehouse ${RUN}` });
    await client.getByRole("button", { name: "View all that its owner may" }).click();
    await client.getByRole("button", { name: "Make the client" }).click();
    const shown = page.getByRole("dialog", { name: `The client “Loader ${RUN}”` });
    const id = (await shown.getByLabel("Client ID", { exact: true }).textContent()) ?? "";
    const word = (await shown.getByLabel("Client secret", { exact: true }).textContent()) ?? "";
    await shown.getByRole("button", { name: "Done" }).click();
    const token = await request.post("/oauth/token", {
      form: { grant_type: "client_credentials", client_id: id, client_secret: word, scope: "opportunity.read" },
    });
    const { access_token } = (await token.json()) as { access_token: string };
    const list = await request.get("/api/v1/opportunities?limit=1", {
      headers: { Authorization: `Bearer ${access_token}` },
    });
    expect(list.status()).toBe(200);
    await row.getByRole("button", { name: /^Switch .* off$/ }).click();
    await expect(row).toContainText("Off");
    const again = await request.get("/api/v1/opportunities?limit=1", {
      headers: { Authorization: `Bearer ${access_token}` },
    });
    expect(again.status()).toBe(401);
    // Nobody is offered it as an owner.
    await page.goto("/admin/people");
    await expect(page.getByText(`Warehouse ${RUN}`)).toHaveCount(0);
  });

  test("reads all of it in the audit log, filters it and takes it along", async () => {
    await page.goto("/admin/audit");
    await expect(page.getByRole("region", { name: "Seal" })).toContainText("Each day is sealed once it is over");
    await page.getByLabel("Search the log").fill(RUN);
    await page.getByLabel("Search the log").press("Enter");
    await expect(page).toHaveURL(new RegExp(`q=${RUN}`));
    const entry = page.getByRole("button", { name: `created Export ${RUN}` });
    await expect(entry).toBeVisible();
    await page.getByRole("button", { name: `updated Warehouse ${RUN}` }).click();
    const detail = page.getByRole("dialog", { name: /updated Warehouse/ });
    await expect(detail).toContainText("active");
    await expect(detail).toContainText("true");
    await detail.getByRole("button", { name: "service_account.updated" }).click();
    await expect(page.getByRole("list", { name: "Filters" })).toContainText("service_account.updated");
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByRole("menuitem", { name: /CSV/ }).click();
    expect((await waiting).suggestedFilename()).toBe("audit.csv");
    await page.getByRole("button", { name: "Remove the filter on what" }).click();
    await expect(page.getByRole("button", { name: /^exported the audit log/ }).first()).toBeVisible();
  });
});

test("a rep has keys of their own, and neither the log nor service accounts", async ({ browser }) => {
  const page = await as(browser, "rep@demo.test");
  await page.getByRole("button", { name: /account and theme$/ }).click();
  await page.getByRole("menuitem", { name: "My API keys" }).click();
  await expect(page.getByRole("heading", { name: "My API keys" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Acts for" })).toHaveCount(0);
  await page.getByRole("button", { name: "New API key" }).click();
  const most = page.getByLabel("View opportunity").locator("option");
  await expect(most).toHaveText(["–", "Own"]);
  await page.keyboard.press("Escape");
  const admin = page.getByRole("navigation", { name: "Admin" });
  await expect(admin.getByRole("link", { name: "Audit log" })).toHaveCount(0);
  await expect(admin.getByRole("link", { name: "Service accounts" })).toHaveCount(0);
  for (const path of ["/admin/audit", "/admin/service-accounts"]) {
    await page.goto(path);
    await expect(page.getByText("none of your roles allows", { exact: false })).toBeVisible();
  }
  await page.close();
});
