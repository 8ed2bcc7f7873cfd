import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

test.describe.serial("a seller", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page, "rep@demo.test");
  });
  test.afterAll(() => page.close());

  test("finds leads by status and search", async () => {
    await page.goto("/leads");
    await expect(page.getByRole("grid").getByRole("link").first()).toBeVisible();
    await accessible(page);
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("option", { name: "Status", exact: true }).click();
    await page.getByRole("option", { name: "Qualified", exact: true }).click();
    await page.keyboard.press("Escape");
    await expect(page).toHaveURL(/status_id=/);
    const statuses = page.getByRole("row").getByText("Qualified", { exact: true });
    await expect(statuses.first()).toBeVisible();
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "All open" }).click();
    await expect(page).not.toHaveURL(/status_id=/);
  });

  test("adds a lead and changes it where it stands", async () => {
    await page.getByRole("button", { name: "New lead" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Add lead" }).click();
    await expect(dialog.getByText("Enter a name or a company.")).toBeVisible();
    await dialog.getByLabel("First name").fill("Wilma");
    await dialog.getByLabel("Last name").fill("Quist");
    await dialog.getByLabel("Company").fill("Quistwerk");
    await dialog.getByLabel("E-mail").fill("wilma@quistwerk.example");
    // What was typed is there again when the page was left.
    const drafts = () => page.evaluate(() => JSON.stringify(localStorage).includes("wilma@quistwerk.example"));
    await expect.poll(drafts).toBe(true);
    await page.reload();
    await page.getByRole("button", { name: "New lead" }).click();
    await expect(dialog.getByText(/^As you left it/)).toBeVisible();
    await expect(dialog.getByLabel("E-mail")).toHaveValue("wilma@quistwerk.example");
    await dialog.getByRole("button", { name: "Add lead" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Wilma Quist" })).toBeVisible();
    await page.getByRole("button", { name: /^Edit Title/ }).click();
    await page.getByRole("textbox", { name: "Title" }).fill("Plant manager");
    const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
    await page.keyboard.press("Enter");
    expect((await saved).status()).toBe(200);
    await expect(page.getByRole("button", { name: "Edit Title: Plant manager" })).toBeVisible();
  });

  test("converts it, and takes it back", async () => {
    await page.getByRole("button", { name: "Convert" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("radio", { name: "New account: Quistwerk" })).toBeChecked();
    await dialog.getByLabel("Name of the opportunity").fill("Quistwerk, first cell");
    await accessible(page);
    await dialog.getByRole("button", { name: "Convert", exact: true }).click();
    await expect(dialog).toHaveCount(0);
    const banner = page.getByRole("region", { name: "Converted" });
    await expect(banner.getByRole("link", { name: "Quistwerk, first cell" })).toBeVisible();
    await accessible(page);
    await banner.getByRole("link", { name: "Wilma Quist" }).click();
    await expect(page).toHaveURL(/\/contacts\//);
    await page.goBack();
    await page.getByRole("button", { name: "Undo conversion" }).click();
    await expect(page.getByText("Wilma Quist is a lead again")).toBeVisible();
    await expect(page.getByRole("button", { name: "Convert" })).toBeVisible();
  });
});

test("who only reads makes and converts no leads", async ({ page }) => {
  await signIn(page, "readonly@demo.test");
  await page.goto("/leads");
  await page.getByRole("grid").getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: "Convert" })).toHaveCount(0);
  await page.goto("/leads");
  await expect(page.getByRole("button", { name: "New lead" })).toHaveCount(0);
  const made = await page.request.post("/api/v1/leads", { data: { last_name: "No" } });
  expect(made.status()).toBe(403);
});
