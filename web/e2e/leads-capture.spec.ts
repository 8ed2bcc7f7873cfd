import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

/** Names of its own for each run: what the demo organisation has stays when a run is broken off. */
const run = Date.now();
const rule = `Leads from Freedonia ${run}`;
const form = `Contact ${run}`;
const visitor = `Visitor${run}`;

test("a stranger fills in a form, the rules assign the lead, and the rep sees it", async ({ page, browser }) => {
  await signIn(page);

  // The rule: by the keyboard, tried before it is used.
  await page.goto("/admin/assignment");
  await accessible(page);
  await page.getByRole("link", { name: "New rule" }).click();
  await page.getByLabel("Name required").fill(rule);
  await page.getByRole("combobox", { name: /For leads of which this is true/ }).fill('country == "Freedonia"');
  await expect(page.getByText("This can be evaluated.")).toBeVisible();
  await page.getByLabel("Who gets it").selectOption({ label: "Always the same person" });
  await page.getByRole("button", { name: /^Person/ }).click();
  await page.getByPlaceholder("Search").fill("Rita Solberg");
  await page.locator("[cmdk-list]").getByRole("option").first().click();
  await accessible(page);
  await page.getByRole("button", { name: "Add rule" }).click();
  await expect(page.getByRole("link", { name: rule })).toBeVisible();

  // The form.
  await page.goto("/admin/web-forms");
  await page.getByRole("link", { name: "New form" }).click();
  await page.getByLabel("Title required").fill(form);
  await page.getByLabel("Ask for more").selectOption({ label: "Country" });
  await page.getByRole("button", { name: "Add form" }).click();
  const preview = page.getByRole("link", { name: "Preview" });
  await expect(preview).toBeVisible();
  await accessible(page);
  const address = (await preview.getAttribute("href")) ?? "";

  // A stranger, without a script and on a phone.
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
  const stranger = await context.newPage();
  await stranger.goto(address);
  await expect(stranger.getByRole("heading", { name: form })).toBeVisible();
  await stranger.getByLabel("Last name").fill(visitor);
  await stranger.getByLabel("Country").fill("Freedonia");
  await stranger.getByLabel("E-mail").fill(`${visitor}@freedonia.example`);
  // Nobody is faster than this: the guard wants three seconds from the moment the page was opened.
  await expect(async () => {
    const opened = Number((await stranger.locator("[name=form_token]").getAttribute("value"))?.split(".")[0]);
    expect(Date.now() - opened).toBeGreaterThan(3_200);
  }).toPass({ timeout: 10_000 });
  await stranger.getByRole("button", { name: "Send" }).click();
  await expect(stranger.getByRole("status")).toHaveText("Thank you. We will be in touch soon.");
  await context.close();

  // The rep finds it among their own, by the palette, and reads which rule it was.
  const theirs = await (await browser.newContext()).newPage();
  await signIn(theirs, "rep@demo.test");
  await theirs.keyboard.press("ControlOrMeta+k");
  await theirs.getByPlaceholder(/Search/).fill(visitor);
  await theirs.getByRole("option", { name: new RegExp(`${visitor}.*Lead`) }).click();
  await expect(theirs.getByRole("heading", { level: 1, name: visitor })).toBeVisible();
  await expect(theirs.getByText(`by “${rule}”`)).toBeVisible();
  await theirs.close();

  // Gone again.
  const removed = page.waitForResponse((answer) => answer.request().method() === "DELETE");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete form" }).click();
  expect((await removed).status()).toBe(204);
  await page.goto("/admin/assignment");
  await page.getByRole("link", { name: rule }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete rule" }).click();
  await expect(page.getByRole("link", { name: rule })).toHaveCount(0);
});
