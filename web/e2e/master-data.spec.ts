import { expect, test, type Page } from "@playwright/test";
import { column } from "./board";
import { signIn } from "./sign-in";

/** The rows of a list, by what stands first in them. */
const rows = (page: Page, list: string) => page.getByRole("list", { name: list }).getByRole("listitem");

async function signedIn(page: Page, email?: string): Promise<Page> {
  await signIn(page, email);
  return page;
}

test.describe.serial("an administrator", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await signedIn(await (await browser.newContext()).newPage());
  });
  test.afterAll(() => page.close());

  test("makes a pipeline and orders its stages by mouse and keyboard", async () => {
    await page.goto("/admin/pipelines");
    await page.getByRole("button", { name: "New pipeline" }).click();
    await page.getByLabel("Name").fill("Renewals");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await expect(rows(page, "Stages of Renewals")).toHaveCount(3);

    const card = page.locator("section").filter({ has: page.getByRole("list", { name: "Stages of Renewals" }) });
    await card.getByRole("button", { name: "Add stage" }).click();
    await page.getByLabel("Name").fill("Contacted");
    await page.getByLabel("Probability, %").fill("40");
    await page.getByLabel("At most, deals at once").fill("5");
    await page.getByRole("radio", { name: "Teal" }).check({ force: true });
    await page.getByRole("dialog").getByText("Next step").click();
    await page.getByRole("dialog").getByRole("button", { name: "Add stage" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(rows(page, "Stages of Renewals").nth(1)).toContainText("Contacted");
    await expect(rows(page, "Stages of Renewals").nth(1)).toContainText("at most 5");

    const handle = card.getByRole("button", { name: "Move Contacted" });
    await handle.focus();
    await page.keyboard.press("Space");
    await expect(page.getByText(/^Lifted Contacted/)).toBeAttached();
    await page.keyboard.press("ArrowUp");
    await expect(page.getByText("Over place 1.")).toBeAttached();
    await page.keyboard.press("Space");
    await expect(rows(page, "Stages of Renewals").first()).toContainText("Contacted");

    const from = await handle.boundingBox();
    const to = await rows(page, "Stages of Renewals").nth(1).boundingBox();
    if (!from || !to) throw new Error("the rows are not on the page");
    await page.mouse.move(from.x + 8, from.y + 8);
    await page.mouse.down();
    await page.mouse.move(from.x + 8, from.y + 20, { steps: 3 });
    await page.mouse.move(to.x + 20, to.y + to.height / 2 + 6, { steps: 6 });
    await page.mouse.up();
    await expect(rows(page, "Stages of Renewals").first()).toContainText("Open");
  });

  test("sees the pipeline's colours and limits on the board", async () => {
    await page.goto("/opportunities/board");
    await page.getByRole("button", { name: "Pipeline: Sales" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Renewals" }).click();
    await expect(column(page, "Contacted")).toBeVisible();
    await expect(column(page, "Contacted")).toContainText("0 of 5");
  });

  test("deletes a stage in use once it has a replacement", async () => {
    await page.goto("/admin/pipelines");
    await rows(page, "Stages of Sales").getByRole("button", { name: "Delete Negotiation" }).click();
    await page.getByRole("button", { name: "Delete stage" }).click();
    await expect(page.getByText(/deals have this stage/)).toBeVisible();
    await page.getByLabel(/^Replacement stage/).selectOption({ label: "Proposal" });
    await page.getByRole("button", { name: "Replace and delete" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(rows(page, "Stages of Sales")).toHaveCount(6);
  });

  test("adds, renames, archives and merges values of a list", async () => {
    await page.goto("/admin/lists");
    await page.getByLabel("New value of Regions").fill("Nordics");
    await page.getByLabel("New value of Regions").press("Enter");
    const regions = rows(page, "Regions");
    await expect(regions.filter({ hasText: "Nordics" })).toBeVisible();
    await regions.getByRole("button", { name: "Value: Nordics" }).click();
    await page.getByRole("textbox", { name: "Value", exact: true }).fill("Scandinavia");
    await page.keyboard.press("Enter");
    await expect(regions.filter({ hasText: "Scandinavia" })).toBeVisible();
    await regions.getByRole("button", { name: "More for Scandinavia" }).click();
    await page.getByRole("menuitem", { name: "Archive" }).click();
    await expect(regions.filter({ hasText: "Scandinavia" })).toContainText("Archived");
    await regions.getByRole("button", { name: "More for Scandinavia" }).click();
    await page.getByRole("menuitem", { name: "Merge into another" }).click();
    await page.getByLabel(/^Merge into/).selectOption({ label: "Europe" });
    await page.getByRole("button", { name: "Merge", exact: true }).click();
    await expect(regions.filter({ hasText: "Scandinavia" })).toHaveCount(0);
  });

  test("adds a product, rates, and a name for the organisation", async () => {
    await page.goto("/admin/products");
    await page.getByRole("button", { name: "New product" }).click();
    await page.getByLabel("Name").fill("Extended warranty");
    await page.getByLabel("Code").fill("WARRANTY");
    await page.getByRole("button", { name: "Add product" }).click();
    await expect(page.getByRole("row", { name: /Extended warranty/ })).toBeVisible();
    await page.goto("/admin/price-lists");
    await page.getByRole("button", { name: "New price list" }).click();
    await page.getByLabel("Name").fill("Partners");
    await page.getByRole("button", { name: "Add price list" }).click();
    await page.getByRole("button", { name: "Show prices" }).click();
    await page.getByRole("combobox", { name: "Product" }).selectOption({ label: "Extended warranty" });
    await page.getByRole("textbox", { name: "Price", exact: true }).fill("900");
    await page.getByRole("button", { name: "Add price", exact: true }).click();
    await expect(page.getByRole("button", { name: /^Price of Extended warranty/ })).toContainText("900");
    await page.goto("/admin/currencies");
    await page.getByRole("button", { name: "Add rates" }).click();
    await page
      .getByRole("textbox", { name: "Rates" })
      .fill("currency,from,rate\nGBP,2026-01-01,1.31\nCHF;2026-01-01;1.12");
    await page.getByRole("button", { name: "Set 2 rates" }).click();
    await expect(page.getByRole("row", { name: /GBP/ })).toContainText("1.31");
    await page.goto("/admin/configuration");
    const file = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const path = await (await file).path();
    await page.getByLabel("Configuration file").setInputFiles(path);
    await expect(page.getByRole("status").filter({ hasText: "Nothing has been written yet" })).toContainText(
      "0 would be added, 0 changed",
    );
    await page.goto("/admin/organisation");
    await page.getByLabel("The fiscal year starts in").selectOption({ label: "April" });
    await page.getByRole("button", { name: "Save settings" }).click();
    await expect(page.getByText("Settings saved")).toBeVisible();
  });
});

test("a rep reads master data and shapes none", async ({ page }) => {
  await signedIn(page, "rep@demo.test");
  for (const path of ["pipelines", "lists", "products", "price-lists", "currencies", "organisation", "configuration"]) {
    await page.goto(`/admin/${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const settings = page.getByRole("region", { name: "Settings" });
    await expect(settings.getByRole("button", { name: /^(New|Add|Edit|Delete|Move|More for|Save) ?/ })).toHaveCount(0);
  }
  const answer = await page.request.post("/api/v1/pipelines", { data: { name: "Mine" } });
  expect(answer.status()).toBe(403);
});
