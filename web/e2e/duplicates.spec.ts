import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

/** A company of its own for each run: the demo organisation stays when a run is broken off. */
const firm = `Quorvex ${Date.now() % 100_000}`;

// The second looks for what the first has made.
test.describe.configure({ mode: "serial" });

test("a duplicate is told while typing, merged field by field, and made two again", async ({ page }) => {
  await signIn(page);
  await page.goto("/accounts");
  const add = async (name: string, website: string, button: string) => {
    await page.getByRole("button", { name: "New account" }).click();
    const dialog = page.getByRole("dialog");
    const checked = page.waitForResponse((answer) => answer.url().endsWith("/duplicates/check"));
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel("Website").fill(website);
    await checked;
    if (button !== "Add account") {
      const there = dialog.getByRole("region", { name: "May be there already" });
      await expect(there.getByRole("link", { name: firm })).toBeVisible();
      await expect(there.getByText(/same company name \+\d/)).toBeVisible();
      await accessible(page);
    }
    await dialog.getByRole("button", { name: button }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  };
  await add(firm, "", "Add account");
  const kept = page.url();
  await page.goto("/accounts");
  await add(`${firm} GmbH`, "https://quorvex.example", "Add anyway");
  const old = page.url();

  // From the record: into the other one, whose name is kept, with the website of this one.
  await page.goto(kept);
  await expect(page.getByRole("heading", { level: 1, name: firm, exact: true })).toBeVisible();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Merge with…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(`Merge into ${firm}`).click();
  await expect(page.locator("input:focus")).toBeVisible();
  await page.keyboard.type(`${firm} GmbH`);
  await page.getByRole("option", { name: `${firm} GmbH` }).click();
  await expect(dialog.getByRole("radio", { name: "https://quorvex.example" })).toBeChecked();
  await expect(dialog.getByRole("radio", { name: firm, exact: true })).toBeChecked();
  await accessible(page);
  await dialog.getByRole("button", { name: "Merge", exact: true }).click();
  await expect(dialog).toHaveCount(0);

  // The old link leads here; undo makes two of one.
  await page.goto(old);
  await expect(page.getByRole("heading", { level: 1, name: firm, exact: true })).toBeVisible();
  await expect(page).not.toHaveURL(old);
  await page.getByRole("button", { name: "History" }).click();
  const merged = page.getByRole("row").filter({ hasText: `${firm} GmbH into this account` });
  const undone = page.waitForResponse((answer) => answer.url().endsWith("/undo"));
  await merged.getByRole("button", { name: /Undo/ }).click();
  expect((await undone).status()).toBe(200);
  await page.goto(old);
  await expect(page.getByRole("heading", { level: 1, name: `${firm} GmbH` })).toBeVisible();
});

test("an administrator looks through everything and chooses what happens", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/duplicates");
  const rule = page.getByRole("group", { name: "Rule for leads" });
  await expect(rule.getByLabel("When added")).toHaveValue("warn");
  await page.getByLabel("Object").selectOption("account");
  await page.getByRole("button", { name: "Look through all" }).click();
  await expect(page.getByText(/records looked through/)).toBeVisible({ timeout: 30_000 });
  const pair = page
    .getByRole("row")
    .filter({ hasText: `${firm} GmbH` })
    .first();
  await expect(pair.getByRole("button", { name: "Merge" })).toBeVisible();
  await accessible(page);
  const dismissed = page.waitForResponse((answer) => answer.url().endsWith("/dismissal"));
  await pair.getByRole("button", { name: "Not a duplicate" }).click();
  expect((await dismissed).status()).toBe(204);
  await expect(pair).toHaveCount(0);
});
