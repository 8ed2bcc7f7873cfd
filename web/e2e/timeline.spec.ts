import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const STAMP = Date.now() % 100_000;
const DEAL = `Quay lights ${STAMP}`;
const TALK = `Zephyr pricing ${STAMP}`;

/** Waits until what was pressed has been saved. */
async function saved(page: Page, press: () => Promise<void>): Promise<void> {
  const answer = page.waitForResponse(
    (r) => ["POST", "PUT", "PATCH", "DELETE"].includes(r.request().method()) && r.url().includes("/api/v1/"),
  );
  await press();
  expect((await answer).ok()).toBe(true);
}

test("log from anywhere by two keys, find it, put it right, pin it, take it away and back", async ({ page }) => {
  await signIn(page);
  const made = await page.request.post("/api/v1/opportunities", { data: { name: DEAL } });
  expect(made.ok(), await made.text()).toBe(true);

  // From the first page, where no record is open.
  await page.keyboard.press("l");
  await page.keyboard.press("c");
  const dialog = page.getByRole("dialog", { name: "Log a call" });
  await page.getByPlaceholder("Search", { exact: true }).fill(DEAL);
  await page.getByRole("option", { name: DEAL }).first().click();
  await dialog.getByLabel("Outcome").selectOption({ label: "Connected" });
  await dialog.getByLabel("Minutes").fill("12");
  await dialog.getByLabel("Add an address").fill("quay@harbour.test");
  await dialog.getByLabel("Add an address").press("Enter");
  await dialog.getByLabel("What happened").fill(TALK);
  await accessible(page);
  await saved(page, () => dialog.getByLabel("What happened").press("ControlOrMeta+Enter"));
  await expect(dialog).toHaveCount(0);

  // ⌘K finds it, on the deal's page.
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByPlaceholder("Search records, find an action, or ask").fill(`zephyr ${STAMP}`);
  await page.getByRole("option", { name: new RegExp(TALK) }).click();
  await expect(page.getByRole("heading", { level: 1, name: DEAL })).toBeVisible();
  const entry = page.getByRole("listitem").filter({ hasText: TALK }).first();
  await expect(entry).toContainText("Connected");
  await expect(entry).toContainText("with quay@harbour.test");

  // On a record that is open, the keys need no choice.
  await page.keyboard.press("l");
  await page.keyboard.press("n");
  const note = page.getByRole("dialog", { name: "Write a note" });
  await note.getByLabel("What happened").fill("Second thoughts");
  await saved(page, () => note.getByRole("button", { name: "Save note" }).click());
  await expect(page.getByText("Second thoughts")).toBeVisible();

  const more = async (item: string) => {
    await entry.getByRole("button", { name: "More about this call" }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await more("Edit");
  const form = page.getByRole("form", { name: "Change this call" });
  await form.getByLabel("What happened").fill(`${TALK}, mended`);
  await saved(page, () => form.getByRole("button", { name: "Save changes" }).click());
  await expect(entry).toContainText("mended");
  await entry.getByRole("button", { name: "edited" }).click();
  await expect(entry.getByRole("list", { name: "What was changed" })).toContainText("Body");
  await saved(page, () => more("Pin to the top"));
  await expect(page.getByRole("heading", { name: "Pinned" })).toBeVisible();
  await accessible(page);

  // Narrowed by kind and words; on a phone too.
  await page.getByRole("button", { name: "Notes", exact: true }).click();
  await expect(entry).toHaveCount(0);
  await expect(page.getByText("Second thoughts")).toBeVisible();
  await page.getByRole("button", { name: "Notes", exact: true }).click();
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByLabel("Search the timeline").fill("zeph mend");
  await expect(page.getByText("Second thoughts")).toHaveCount(0);
  await expect(entry).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole("button", { name: "Clear", exact: true }).click();

  await saved(page, () => more("Delete"));
  await expect(entry).toHaveCount(0);
  const gone = page.getByRole("status").filter({ hasText: "Call deleted" });
  await saved(page, () => gone.getByRole("button", { name: "Undo" }).click());
  await expect(entry).toBeVisible();
});
