/** Figures lead to their deals; a lead's score says why; a company is recognised and a person takes over. */
import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36);

test("a figure of the sales dashboard leads to the very deals behind it", async ({ page }) => {
  await signIn(page);
  await page.goto("/dashboards");
  await page.getByLabel("Period").selectOption({ label: "This year" });
  await expect(page).toHaveURL(/period=this_year/);
  await expect(page.getByRole("heading", { name: "This year" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Pipeline by stage" })).toBeVisible();
  await page.getByLabel("Group by").selectOption({ label: "Region" });
  await expect(page.getByRole("heading", { name: "Won by region" })).toBeVisible();
  await page.getByText("As a table").click();
  await expect(page.getByRole("columnheader", { name: "Lost" })).toBeVisible();
  await accessible(page);
  const rate = page
    .getByRole("definition")
    .filter({ hasText: /^\d+ of \d+$/ })
    .or(page.getByText(/^\d+ of \d+$/));
  const [, of] = /of (\d+)/.exec((await rate.first().textContent()) ?? "") ?? [];
  await page.getByRole("link", { name: "Win rate: show the deals" }).first().click();
  await expect(page).toHaveURL(/\/opportunities\?/);
  const filter = new URL(page.url()).searchParams.get("filter") ?? "";
  const answer = await page.request.get("/api/v1/opportunities", { params: { filter, count: "true", limit: "1" } });
  expect(((await answer.json()) as { total: number }).total).toBe(Number(of));
});

test("a lead's score says why", async ({ page }) => {
  await signIn(page);
  const made = await page.request.post("/api/v1/leads", {
    data: { last_name: `Score ${RUN}`, title: "Head of Production", rating: "hot", email: `s${RUN}@ecolab.com` },
  });
  const { id } = (await made.json()) as { id: string };
  await expect(async () => {
    await page.goto(`/leads/${id}`);
    await expect(page.getByRole("button", { name: /^Score 40, grade B/ })).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await page.getByRole("button", { name: /^Score 40/ }).click();
  const why = page.getByRole("region", { name: "Why this score" });
  await expect(why).toContainText("Has a say in the budget");
  await expect(why).toContainText("title: Head of Production");
  await accessible(page);
  await page.keyboard.press("Escape");

  // Its company is recognised by the address, and taken over by a click.
  await page.getByRole("button", { name: /^Enrich: / }).click();
  const dialog = page.getByRole("dialog", { name: `Enrich Score ${RUN}` });
  await expect(dialog.getByRole("checkbox", { name: "Company: Ecolab" })).toBeChecked();
  await accessible(page);
  await dialog.getByRole("button", { name: /^Take over/ }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText("Ecolab").first()).toBeVisible();
});

test("an administrator tries other score rules before they are in force", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/scoring");
  await expect(page.getByRole("heading", { name: "Lead scoring" })).toBeVisible();
  await page.getByRole("button", { name: "Add a rule" }).click();
  const rule = page.getByRole("group", { name: /^Rule \d+$/ }).last();
  await rule.getByLabel("Reason").fill("Everybody");
  await rule.getByLabel("Points").fill("7");
  await rule.getByLabel("For leads of which this is true").fill("wealth > 3");
  await expect(rule.getByRole("status")).toContainText("wealth");
  await rule.getByLabel("For leads of which this is true").fill("age_days >= 0");
  await page.getByRole("button", { name: "See how scores would change" }).click();
  await expect(page.getByText(/would have another score/)).toBeVisible();
  await expect(rule.getByText(/True for \d+ leads of the trial/)).toBeVisible();
  await accessible(page);
});
