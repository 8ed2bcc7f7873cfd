import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

/** A name of its own for each run: the rules of the demo organisation stay when a run is broken off. */
const RUN = Date.now().toString(36);
const name = `Quick answer ${RUN}`;

test("an administrator writes a service level, simulates it, and sees its clock on a lead", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/sla");
  await page.getByRole("link", { name: "New rule" }).click();
  await page.getByLabel("Name required").fill(name);
  await page.getByLabel("Target required").fill("3");
  await page.getByLabel("Counted by").selectOption({ label: "Around the clock" });

  // A condition with a slip is told with its place.
  const condition = page.getByRole("combobox", { name: /For records of which this is true/ });
  await condition.fill(`compny == "Clockwork ${RUN}"`);
  await page.getByRole("button", { name: "Use company" }).click();
  await expect(page.getByText("This can be evaluated.")).toBeVisible();

  // A step more, that makes a task.
  await page.getByRole("button", { name: "Add a step" }).click();
  await page.getByLabel("When step 3 is taken").selectOption("after_breach");
  await page.getByLabel("What step 3 does").selectOption("task");
  await page.getByLabel("Title of the task of step 3").fill("Call them now");
  await accessible(page);

  await page.getByLabel("How far back").selectOption("12");
  await page.getByRole("button", { name: "Simulate" }).click();
  await expect(page.getByText(/none would have had a clock|clocks? in/)).toBeVisible({ timeout: 30_000 });

  await page.getByRole("button", { name: "Add rule" }).click();
  await expect(page.getByRole("link", { name })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: name })).toContainText("within 3 hours, around the clock");

  const made = await page.request.post("/api/v1/leads", {
    data: { last_name: `Petrov ${RUN}`, company: `Clockwork ${RUN}` },
  });
  const { id } = (await made.json()) as { id: string };
  await page.goto(`/leads/${id}`);
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("button", { name: /Service levels: First response, Due in 2 h 59 min/ })).toBeVisible();
  }).toPass({ timeout: 20_000 });
  await page.getByRole("button", { name: /^Service levels/ }).click();
  await expect(page.getByRole("list", { name: "Service levels" })).toContainText(name);
  await accessible(page);

  // A call, and it was done in time.
  await page.request.post("/api/v1/activities", {
    data: { kind: "call", direction: "out", subject: "Call", lead_id: id },
  });
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("button", { name: /Service levels: First response, Done in time/ })).toBeVisible();
  }).toPass({ timeout: 20_000 });

  await page.goto("/dashboards/service-levels");
  await page.getByLabel("Rule").selectOption({ label: name });
  await expect(page.getByRole("definition").filter({ hasText: "100 %" })).toBeVisible();
  // What is to be done, by when it is due.
  await page.getByLabel("Which clocks").selectOption({ label: "All, by due" });
  await page.getByLabel("Whose").selectOption({ label: "Mine" });
  await expect(page).toHaveURL(/due=open.*whose=me|whose=me.*due=open/);
  await expect(page.getByRole("heading", { name: "To be done" })).toBeVisible();
  await accessible(page);

  // Off, and gone.
  await page.goto("/admin/sla");
  await page.getByRole("checkbox", { name: `${name} is active` }).click();
  await expect(page.getByRole("checkbox", { name: `${name} is active` })).not.toBeChecked();
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete rule" }).click();
  await expect(page.getByRole("heading", { name: "Service levels" })).toBeVisible();
  await expect(page.getByRole("link", { name })).toHaveCount(0);
});

test("an administrator writes a calendar with a break and a holiday", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/sla-calendars");
  await page.getByRole("button", { name: "New calendar" }).click();
  const dialog = page.getByRole("dialog", { name: "New working calendar" });
  await dialog.getByLabel("Name", { exact: false }).first().fill(`Kolkata ${RUN}`);
  await dialog.getByLabel("Time zone").fill("Asia/Kolkata");
  await dialog.getByLabel("Mon").fill("noon");
  await dialog.getByRole("button", { name: "Add calendar" }).click();
  await expect(dialog.getByText("Hours such as 09:00–17:00: Mon.")).toBeVisible();
  await dialog.getByLabel("Mon").fill("9-12, 13-18");
  await dialog.getByRole("button", { name: "Add a holiday" }).click();
  await dialog.getByLabel("Day of holiday 1").fill("2027-01-26");
  await dialog.getByLabel("Name of holiday 1").fill("Republic Day");
  await accessible(page);
  await dialog.getByRole("button", { name: "Add calendar" }).click();
  const card = page.getByRole("listitem").filter({ hasText: `Kolkata ${RUN}` });
  await expect(card).toContainText("09:00–12:00, 13:00–18:00");
  await expect(card).toContainText("Republic Day");
  await card.getByRole("button", { name: /^Edit/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete calendar" }).click();
  await expect(card).toHaveCount(0);
});

test("a rep sees the clocks of their records, and not the rules", async ({ page }) => {
  await signIn(page, "rep@demo.test");
  await page.goto("/dashboards/service-levels");
  await expect(page.getByRole("heading", { name: "Service levels" })).toBeVisible();
  const answer = await page.request.get("/api/v1/sla-rules");
  expect(answer.status()).toBe(403);
});
