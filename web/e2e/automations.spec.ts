import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

/** Its condition is about a deal of this run alone: nothing else is set off by it. */
test("an administrator builds an automation, tries it on the past, and it runs", async ({ page }) => {
  await signIn(page);
  const run = Date.now().toString(36);
  const name = `Big ones ${run}`;
  await page.goto("/admin/automations");
  await page.getByRole("link", { name: "New automation" }).click();
  await page.getByRole("button", { name: /^Large deals are told of/ }).click();
  await expect(page.getByText("When a deal is created or is changed.")).toBeVisible();
  await page.getByLabel("Name required").fill(name);

  // What is wrong is said where it is.
  const condition = page.getByRole("combobox", { name: /Condition/ });
  await condition.fill(`amuont > 500 && name == "Deal ${run}"`);
  await page.getByRole("button", { name: "Use amount" }).click();
  await expect(page.getByText("This can be evaluated.")).toBeVisible();

  await page.getByRole("button", { name: "Make a task" }).click();
  await page.getByRole("button", { name: "Set fields" }).click();
  const setting = page.getByRole("listitem", { name: "Step 3" });
  await setting.getByRole("button", { name: "Field" }).click();
  await setting.getByLabel("Value 1 of step 3").fill("Offer a pilot");
  await page.getByRole("button", { name: "Add automation" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Step 2" })).toBeVisible();
  await page.getByLabel("Title of step 2").fill("Prepare {{name}}");
  await expect(page.getByLabel("Edit deals")).toHaveValue("all");

  // On the past it would not have run: there is no such deal yet.
  await page.getByRole("button", { name: "Try on the past" }).click();
  await expect(page.getByText(/^It would have run 0 times since/)).toBeVisible({ timeout: 20_000 });
  await accessible(page);
  await page.getByRole("button", { name: "Add automation" }).click();
  await expect(page.getByRole("link", { name })).toBeVisible();
  await accessible(page);

  const data = { name: `Deal ${run}`, amount: { amount: "900.00", currency: "USD" } };
  const made = await page.request.post("/api/v1/opportunities", { data });
  const deal = (await made.json()) as { id: string };
  await expect
    .poll(
      async () => {
        const now = await page.request.get(`/api/v1/opportunities/${deal.id}`);
        return ((await now.json()) as { next_step: string | null }).next_step;
      },
      { timeout: 20_000 },
    )
    .toBe("Offer a pilot");

  // The deal's page says who it was; the log says what became of each step.
  await page.goto(`/opportunities/${deal.id}`);
  await expect(page.getByText(name).first()).toBeVisible();
  await page.goto("/admin/automations");
  await page.getByRole("link", { name }).click();
  const log = page.getByRole("list", { name: "Runs" });
  await expect(log.getByText("Done", { exact: true }).first()).toBeVisible();
  await expect(log.getByText("2. Make a task: done").first()).toBeVisible();

  // Tried on the past now, it would have.
  await page.getByRole("button", { name: "Try on the past" }).click();
  await expect(page.getByText(/^It would have run once since/)).toBeVisible({ timeout: 20_000 });

  await page.getByRole("button", { name: /Delete/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /Delete/ })
    .click();
  await expect(page.getByRole("link", { name })).toHaveCount(0);
});
