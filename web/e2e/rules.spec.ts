import { expect, test } from "@playwright/test";
import { signIn } from "./sign-in";

/** A name of its own for each run: the rules of the demo organisation stay when a run is broken off. */
const name = `Big deals need a plan ${Date.now()}`;

test("an administrator writes, tries, uses and removes a rule", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/rules");
  await page.getByRole("link", { name: "New rule" }).click();
  await page.getByRole("textbox", { name: /^Name/ }).fill(name);

  // A slip is told with its place, and mended by a click.
  const expression = page.getByRole("combobox", { name: /Must be true/ });
  await expression.fill('amuont == null || amount < 123456789 || next_step == "planned"');
  await expect(page.getByText("Line 1, column 1:")).toBeVisible();
  await page.getByRole("button", { name: "Use amount" }).click();
  await expect(page.getByText("This can be evaluated.")).toBeVisible();

  // Names complete from the keyboard.
  await expression.press("End");
  await expression.pressSequentially(" || account.ind");
  await expect(page.getByRole("option", { name: /account\.industry/ }).first()).toBeVisible();
  await expression.press("Enter");
  await expect(expression).toHaveValue(/\|\| account\.industry$/);
  await expression.pressSequentially(' == "Nowhere"');
  await expect(page.getByText("This can be evaluated.")).toBeVisible();

  // On one record, and on all.
  const trial = page.locator("section", { hasText: "Test against a record" });
  await trial.getByRole("button", { name: "Choose a record" }).click();
  await page.getByRole("dialog").getByRole("option").first().click();
  await expect(trial.getByText("The record meets the rule.")).toBeVisible();
  await expect(trial.getByText("next_step")).toBeVisible();
  await page.getByRole("button", { name: "Run over all records" }).click();
  await expect(page.getByText(/^All [\d,]+ records meet the rule\.$/)).toBeVisible({ timeout: 30_000 });

  await page.getByLabel("The message lands on").selectOption({ label: "Next step" });
  await page.getByRole("textbox", { name: /^Message/ }).fill("Plan deals of this size.");
  await page.getByRole("button", { name: "Add rule" }).click();
  await expect(page.getByRole("link", { name })).toBeVisible();

  // It holds at once, and its message lands on its field.
  await page.goto("/opportunities");
  await page.getByRole("button", { name: "New opportunity", exact: true }).first().click();
  const dialog = page.getByRole("dialog", { name: "New opportunity" });
  await dialog.getByLabel("Name").fill("Far too big");
  await dialog.getByLabel(/Amount/).fill("200000000");
  await dialog.getByRole("button", { name: "Add opportunity" }).click();
  await expect(dialog.getByLabel("Next step")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByText("Plan deals of this size.")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();

  // Off, and gone.
  await page.goto("/admin/rules");
  await page.getByRole("checkbox", { name: `${name} is active` }).click();
  await expect(page.getByRole("checkbox", { name: `${name} is active` })).not.toBeChecked();
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete rule" }).click();
  await expect(page.getByRole("heading", { name: "Validation rules" })).toBeVisible();
  await expect(page.getByRole("link", { name })).toHaveCount(0);
});

test("a rep is refused", async ({ page }) => {
  await signIn(page, "rep@demo.test");
  await page.goto("/admin/rules");
  await expect(page.getByRole("link", { name: "New rule" })).toHaveCount(0);
  const answer = await page.request.get("/api/v1/rules");
  expect(answer.status()).toBe(403);
});
