import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

/** Waits until what was pressed has been saved. */
async function saved(page: Page, press: () => Promise<void>): Promise<void> {
  const answer = page.waitForResponse(
    (r) =>
      ["POST", "PUT", "PATCH", "DELETE"].includes(r.request().method()) &&
      r.url().includes("/api/v1/") &&
      // What a form asks beforehand saves nothing.
      !r.url().endsWith("/validation"),
  );
  await press();
  expect((await answer).ok()).toBe(true);
}

// A second try finds what the first one made.
const STAMP = Date.now() % 100_000;
const RIVAL = `Rival ${STAMP}`;
const DEAL = `Harbour cranes ${STAMP}`;

const more = async (page: Page, entry: string) => {
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: entry, exact: true }).click();
};

test.describe.serial("the life of a deal", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page);
    await page.goto("/admin/lists");
    await page.getByRole("textbox", { name: "New value of Competitors" }).fill(RIVAL);
    await saved(page, () => page.keyboard.press("Enter"));
    await page.goto("/opportunities");
    await page.getByRole("button", { name: "New opportunity" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(DEAL);
    await saved(page, () => dialog.getByRole("button", { name: "Add opportunity" }).click());
    await expect(page.getByRole("heading", { level: 1, name: DEAL })).toBeVisible();
  });
  test.afterAll(() => page.close());

  test("people with a say, and who else is after it", async () => {
    await page.getByRole("link", { name: "People", exact: true }).click();
    await expect(page.getByText("Nobody on this deal yet")).toBeVisible();
    await page.getByRole("button", { name: "Add a contact" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Add contact" }).click();
    await expect(dialog.getByText("Choose a contact.")).toBeVisible();
    await dialog.getByLabel("Contact", { exact: false }).first().click();
    await page.getByRole("listbox").getByRole("option").nth(1).click();
    await dialog.getByLabel("Role").selectOption({ label: "Champion" });
    await dialog.getByLabel("Note").fill("Wants it before the season");
    await accessible(page);
    await saved(page, () => dialog.getByRole("button", { name: "Add contact" }).click());
    await expect(dialog).toHaveCount(0);
    await expect(page.getByText("Champion", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Add a competitor" }).click();
    await saved(page, () => page.getByRole("option", { name: RIVAL }).click());
    const standing = page.getByRole("combobox", { name: `How ${RIVAL} stands` });
    await saved(page, () => standing.selectOption("ahead").then(() => undefined));
    await expect(standing).toHaveValue("ahead");
    await accessible(page);
  });

  test("products that come again, and an amount that follows them", async () => {
    await page.getByRole("link", { name: "Details", exact: true }).click();
    await page.getByRole("button", { name: "Add a product" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Product", { exact: false }).first().selectOption({ index: 1 });
    await dialog.getByLabel("Quantity").fill("10");
    await dialog.getByLabel(/^Price, /).fill("50");
    await dialog.getByLabel("Due").selectOption("monthly");
    await dialog.getByLabel("Term, months").fill("0");
    await dialog.getByRole("button", { name: "Add product" }).click();
    await expect(dialog.getByText("From 1 to 600 months.")).toBeVisible();
    await dialog.getByLabel("Term, months").fill("24");
    await dialog.getByLabel("Discount", { exact: true }).fill("10");
    await accessible(page);
    await saved(page, () => dialog.getByRole("button", { name: "Add product" }).click());
    await expect(page.getByText("Total contract value", { exact: true }).locator("..")).toContainText("10,800");
    await saved(page, () => page.getByRole("checkbox", { name: /amount is the total contract value/ }).click());
    await expect(page.getByRole("button", { name: /^Edit Amount: .*10,800/ }).first()).toBeVisible();
    await accessible(page);
  });

  test("closed as lost, opened again, and it remembers", async () => {
    await more(page, "Close as lost");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Close as lost" }).click();
    await expect(dialog.getByText("Say why.")).toBeVisible();
    await dialog.getByLabel("Reason").selectOption({ index: 1 });
    await dialog.getByLabel("Lost to").selectOption({ label: RIVAL });
    await dialog.getByLabel("Notes").fill("They had the better crane");
    await accessible(page);
    await saved(page, () => dialog.getByRole("button", { name: "Close as lost" }).click());
    await more(page, "Reopen");
    await dialog.getByLabel("Why").fill("Their crane broke");
    await saved(page, () => dialog.getByRole("button", { name: "Reopen" }).click());
    const before = page.locator("section", { has: page.getByRole("heading", { name: "Closed before" }) });
    await expect(before).toContainText(`to ${RIVAL}`);
    await expect(before).toContainText("Their crane broke");
  });

  test("copied, archived, deleted and restored", async () => {
    await more(page, "Copy");
    const dialog = page.getByRole("dialog");
    await saved(page, () => dialog.getByRole("button", { name: "Make the copy" }).click());
    await expect(page.getByRole("heading", { level: 1, name: `Copy of ${DEAL}` })).toBeVisible();
    await saved(page, () => more(page, "Archive"));
    await expect(page.getByText(/kept out of lists/)).toBeVisible();
    await accessible(page);
    await saved(page, () => page.getByRole("button", { name: "Bring back", exact: true }).click());
    await expect(page.getByText(/kept out of lists/)).toHaveCount(0);
    await saved(page, () => more(page, "Delete"));
    await expect(page).toHaveURL(/\/opportunities(\?|$)/);
    await page.getByRole("button", { name: /account and theme/ }).click();
    await page.getByRole("menuitem", { name: "Trash" }).click();
    await expect(page.getByText(`Copy of ${DEAL}`, { exact: true })).toBeVisible();
    await accessible(page);
    await saved(page, () => page.getByRole("button", { name: `Restore Copy of ${DEAL}` }).click());
    await expect(page.getByRole("button", { name: `Restore Copy of ${DEAL}` })).toHaveCount(0);
  });
});
