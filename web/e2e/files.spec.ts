/** Files of a record: dropped in, looked at, renamed, replaced, deleted and brought back, and found again. */
import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const menu = async (page: Page, name: string, entry: string) => {
  await page.getByRole("button", { name: `More about ${name}` }).click();
  await page.getByRole("menuitem", { name: entry }).click();
};

test("files on an account", async ({ page }) => {
  await signIn(page);
  const word = `numbat${Date.now()}`;
  const made = await page.request.post("/api/v1/accounts", { data: { name: `Filed ${word}` } });
  const account = (await made.json()) as { id: string };
  await page.goto(`/accounts/${account.id}?tab=files`);
  await expect(page.getByText("No files yet")).toBeVisible();
  await accessible(page);

  const picker = page.getByLabel("Files to upload");
  await picker.setInputFiles([
    { name: "Terms.txt", mimeType: "text/plain", buffer: Buffer.from("Quokka clause of the contract") },
    { name: "logo.png", mimeType: "image/png", buffer: PNG },
    { name: "page.png", mimeType: "image/png", buffer: Buffer.from("<html></html>") },
  ]);
  const files = page.getByRole("list", { name: "Files" });
  await expect(files.getByText("this is not a .png file")).toBeVisible();
  await page.getByRole("button", { name: "Give page.png up" }).click();

  await files.getByRole("button", { name: "Terms.txt", exact: true }).click();
  await expect(page.getByText("Quokka clause of the contract")).toBeVisible();
  await accessible(page);
  await page.keyboard.press("Escape");
  await files.getByRole("button", { name: "logo.png", exact: true }).click();
  await expect
    .poll(() => page.getByRole("img", { name: "logo.png" }).evaluate((img: HTMLImageElement) => img.naturalWidth))
    .toBe(1);
  await page.keyboard.press("Escape");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download Terms.txt" }).click();
  expect((await saved).suggestedFilename()).toBe("Terms.txt");

  await menu(page, "Terms.txt", "Rename…");
  // The ending is not selected: typing leaves it.
  await page.getByRole("textbox", { name: "Name" }).focus();
  await page.keyboard.type("Terms 2026");
  await page.getByRole("button", { name: "Rename", exact: true }).click();
  await expect(files.getByText("Terms 2026.txt", { exact: true })).toBeVisible();
  const choosing = page.waitForEvent("filechooser");
  await menu(page, "Terms 2026.txt", "Upload a new version…");
  await (
    await choosing
  ).setFiles({ name: "terms.txt", mimeType: "text/plain", buffer: Buffer.from(`The ${word} clause`) });
  await expect(files.getByText("version 2")).toBeVisible();
  await menu(page, "Terms 2026.txt", "Versions (2)");
  await page.getByRole("dialog").getByRole("button", { name: "Show version 1 from now on" }).click();
  await expect(files.getByText("version 1 of 2")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).first().click();
  await expect(files.getByText("version 1 of 2")).toBeHidden();

  await menu(page, "Terms 2026.txt", "Delete");
  await expect(files.getByText("Terms 2026.txt")).toBeHidden();
  await page.getByRole("button", { name: "Undo" }).first().click();
  await expect(files.getByText("Terms 2026.txt")).toBeVisible();

  await page.keyboard.press("ControlOrMeta+k");
  await page.getByPlaceholder("Search records").fill(word);
  await page.getByRole("option", { name: /Terms 2026\.txt/ }).click();
  await expect(page).toHaveURL(/tab=files/);
});
