import { expect, test, type Page } from "@playwright/test";
import { signIn } from "./sign-in";

/** A field of opportunities, made in the form. */
async function add(page: Page, label: string, kind: string, more?: () => Promise<void>) {
  await page.getByRole("button", { name: "New field of Opportunities" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(label);
  await dialog.getByLabel("It takes").selectOption(kind);
  await more?.();
  await dialog.getByRole("button", { name: "Add field" }).click();
  await expect(dialog).toHaveCount(0);
}

const row = (page: Page, label: string) =>
  page.getByRole("list", { name: "Fields of Opportunities" }).getByRole("listitem").filter({ hasText: label });

test.describe.serial("an administrator", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page);
  });
  test.afterAll(() => page.close());

  test("adds fields, a formula among them, and lets one be quick in lists", async () => {
    await page.goto("/admin/custom-fields");
    const quick = () => page.getByRole("checkbox", { name: "Quick in long lists" }).check();
    await add(page, "Licences", "number", quick);
    await expect(row(page, "Licences").getByText("Quick")).toBeVisible({ timeout: 20_000 });
    await add(page, "Per licence", "formula", async () => {
      await page.getByLabel("Formula").fill("amount / custom.licenses");
      await page.getByRole("button", { name: "Add field" }).click();
      await expect(page.getByText("there is no custom.licenses here")).toBeVisible();
      await page.getByLabel("Formula").fill("amount / custom.licences");
    });
    await expect(row(page, "Per licence")).toContainText("Formula");
  });

  test("fills one in, and finds, sorts and shows deals by it", async () => {
    await page.goto("/opportunities?sort=-amount");
    await page.getByRole("grid").getByRole("link").first().click();
    await page.getByRole("link", { name: /^details$/i }).click();
    await page.getByRole("button", { name: "Edit Licences" }).click();
    await page.getByLabel("Licences").fill("4");
    // It is shown before it is saved, and the next page would cut it off.
    const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
    await page.keyboard.press("Enter");
    expect((await saved).status()).toBe(200);
    await expect(page.getByRole("button", { name: "Edit Licences: 4" })).toBeVisible();
    const name = (await page.getByRole("heading", { level: 1 }).textContent()) ?? "";

    await page.goto("/opportunities?tab=all");
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("checkbox", { name: "Licences", exact: true }).click();
    await page.getByRole("checkbox", { name: "Per licence" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Licences", exact: true }).click();
    await expect(page).toHaveURL(/sort=-custom.licences/);
    await expect(page.getByRole("row").nth(1)).toContainText(name);

    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("option", { name: "Licences", exact: true }).click();
    await page.getByLabel("Licences", { exact: true }).fill("3");
    await page.getByRole("button", { name: "Apply" }).click();
    await expect(page).toHaveURL(/custom.licences.gte=3/);
    await expect(page.getByRole("grid").getByRole("link")).toHaveCount(1);
    await expect(page.getByRole("grid")).toContainText(name);
    await page.getByRole("button", { name: "Remove the filter on Licences" }).click();
    await expect(page).not.toHaveURL(/custom.licences.gte/);
  });

  test("is told what another type would come to", async () => {
    await page.goto("/admin/custom-fields");
    await page.getByRole("button", { name: "More for Licences" }).click();
    await page.getByRole("menuitem", { name: "Change type" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("It shall take").selectOption("date");
    await expect(dialog.getByText(/“Per licence” would not work any more/)).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Change type" })).toBeDisabled();
    await dialog.getByLabel("It shall take").selectOption("money");
    await expect(dialog.getByText(/nothing is lost/)).toBeVisible();
    await dialog.getByRole("button", { name: "Change type" }).click();
    await expect(dialog).toHaveCount(0);
    await expect(row(page, "Licences")).toContainText("Money");
  });

  test("hides one from a role", async () => {
    await page.goto("/admin/field-access");
    const saved = page.waitForResponse((answer) => answer.request().method() === "PUT");
    await page.getByLabel("Licences for Sales Rep").selectOption("hidden");
    expect((await saved).status()).toBe(200);
    await page.goto("/admin/field-access");
    await expect(page.getByLabel("Licences for Sales Rep")).toHaveValue("hidden");
  });
});

test("a rep neither shapes custom fields nor sees what is hidden", async ({ page }) => {
  await signIn(page, "rep@demo.test");
  const created = await page.request.post("/api/v1/custom-fields", {
    data: { object: "account", label: "Mine", kind: "text" },
  });
  expect(created.status()).toBe(403);
  const filtered = await page.request.get("/api/v1/opportunities?custom.licences.gte=1");
  expect(filtered.status()).toBe(403);
  await page.goto("/opportunities");
  await page.getByRole("button", { name: "Columns" }).click();
  await expect(page.getByRole("checkbox", { name: "Owner" })).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Licences" })).toHaveCount(0);
});
