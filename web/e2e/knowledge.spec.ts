/** What is known: a playbook is written, published, found by its meaning, changed, put back and put away. */
import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36);

test("a playbook is written, found, changed and put away", async ({ page }) => {
  const title = `Objections ${RUN}`;
  await signIn(page, "manager@demo.test");
  await page.goto("/admin/materials");
  await page.getByRole("link", { name: "New playbook" }).click();
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByText("Give it a title.")).toBeVisible();
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Text").fill(`# Price\n\nOffer the xylograph${RUN} plan before any discount.`);
  await expect(page.getByRole("region", { name: "Preview" })).toContainText("before any discount");
  await accessible(page);
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByRole("heading", { name: title })).toBeVisible();
  await expect(page.getByText("Published", { exact: true })).toBeVisible();

  // Found from the palette, as soon as the index has followed.
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByPlaceholder("Search records, find an action, or ask").fill(`xylograph${RUN} plan`);
  await page.getByText("Search by meaning:").click();
  await expect(page).toHaveURL(/\/search\?/);
  const passages = page.getByRole("region", { name: "Passages" });
  await expect(async () => {
    await page.reload();
    await expect(passages.getByRole("link", { name: title }).first()).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await expect(passages.locator("mark").first()).toBeVisible();
  await accessible(page);
  await page.getByRole("link", { name: "Files", exact: true }).click();
  await expect(passages.getByRole("link", { name: title })).toHaveCount(0);
  await page.getByRole("link", { name: "Playbooks and scripts" }).click();
  await passages.getByRole("link", { name: title }).first().click();

  await page.getByLabel("Text").fill("Shorter.");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const versions = page.getByRole("list", { name: "Versions" });
  await expect(versions.getByRole("listitem")).toHaveCount(2);
  await versions.getByRole("button", { name: "Write again" }).click();
  await expect(page.getByLabel("Text")).toHaveValue(/before any discount/);
  await page.getByRole("button", { name: "Archive" }).click();
  await expect(page.getByText("Archived", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete playbook" }).click();
  await expect(page).toHaveURL(/archived=true/);
});

test("a template’s placeholders are checked, and shown with examples", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/materials/new?kind=email_template");
  await page.getByLabel("Title").fill(`Welcome ${RUN}`);
  await page.getByLabel("Text").fill("Dear {{contact.nickname}}");
  await page.getByRole("button", { name: "Save draft" }).click();
  await expect(page.getByText("there is no placeholder {{contact.nickname}}")).toBeVisible();
  await page.getByLabel("Text").fill("Dear ");
  await page.getByLabel("Insert a placeholder").selectOption("contact.first_name");
  await expect(page.getByLabel("Text")).toHaveValue("Dear {{contact.first_name}}");
  await expect(page.getByRole("region", { name: "Preview" })).toContainText("Dear Nadia");
  await page.getByRole("button", { name: "Save draft" }).click();
  await expect(page.getByText("Draft", { exact: true })).toBeVisible();
});

test("a rep reads what is published, and asks", async ({ page }) => {
  await signIn(page, "rep@demo.test");
  await page.goto("/admin/materials");
  await expect(page.getByRole("link", { name: /^New / })).toHaveCount(0);
  await page.goto("/search");
  await page.getByRole("link", { name: "deals lost because of pricing" }).click();
  await expect(page.getByRole("region", { name: "Passages" })).toBeVisible();
  await accessible(page);
});

test("an administrator sees how far the index is", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/knowledge");
  await expect(page.getByRole("heading", { name: "Search index" })).toBeVisible();
  await page.getByRole("button", { name: "Index everything anew" }).click();
  await expect(page.getByText(/Running|Up to date/).first()).toBeVisible();
  await accessible(page);
});
