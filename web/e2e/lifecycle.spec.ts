import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

/** A pipeline of its own: nobody else's deals are held by it. */
test("an administrator draws a lifecycle, tries and publishes it, and a deal is held by it", async ({ page }) => {
  await signIn(page);
  const run = Date.now().toString(36);
  const stage = (name: string, kind: string) => ({ name, kind });
  const stages = [
    stage("First", "open"),
    stage("Second", "open"),
    stage("Third", "open"),
    stage("Won", "won"),
    stage("Lost", "lost"),
  ];
  const made = await page.request.post("/api/v1/pipelines", { data: { name: `Drawn ${run}`, stages } });
  const pipeline = (await made.json()) as { id: string; stages: { id: string }[] };
  const deal = async (name: string) => {
    const data = { name: `${name} ${run}`, pipeline_id: pipeline.id };
    return (await (await page.request.post("/api/v1/opportunities", { data })).json()) as { id: string };
  };
  const old = await deal("Old");

  await page.goto("/admin/pipelines");
  await page.getByRole("button", { name: `More for Drawn ${run}` }).click();
  await page.getByRole("menuitem", { name: "Lifecycle" }).click();
  await expect(page.getByRole("heading", { name: `Lifecycle of Drawn ${run}` })).toBeVisible();
  await page.getByRole("checkbox", { name: /One stage at a time/ }).click();
  await expect(page.getByText("From First deals may go to Second, Lost.")).toBeVisible();

  // What is wrong is said where it is, and nothing is kept.
  const leaving = page.getByRole("region", { name: "Before a deal leaves First" });
  await leaving.getByRole("button", { name: "Add condition" }).click();
  await leaving.getByLabel("Condition 1", { exact: true }).fill("amuont > 10");
  await leaving.getByLabel("Message of condition 1", { exact: true }).fill("Say what it is worth.");
  await page.getByRole("button", { name: "Save draft" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Leaving First, a condition" })).toBeVisible();
  await leaving.getByLabel("Condition 1", { exact: true }).fill("amount > 10");
  await leaving.getByRole("button", { name: "Add item" }).click();
  await leaving.getByLabel("Item 1", { exact: true }).fill("The buyer was called");
  await page.getByRole("button", { name: "Try on open deals" }).click();
  await expect(page.getByText("1 of 1 open deal would not pass.")).toBeVisible();
  await page.getByRole("button", { name: "Save draft" }).click();
  await expect(page.getByText("Draft", { exact: true })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Publish…" }).click();
  const dialog = page.getByRole("dialog", { name: "Publish" });
  await expect(dialog.getByText("Leaving First: asks for amount > 10")).toBeVisible();
  await dialog.getByLabel("Note").fill("Calls first.");
  await dialog.getByRole("button", { name: "Publish" }).click();
  const versions = page.getByRole("list", { name: "Versions" });
  await expect(versions.getByText("Version 2", { exact: true })).toBeVisible();
  await expect(versions.getByText("Calls first.")).toBeVisible();

  // A new deal is held: one stage at a time, and not before it is ready.
  const held = await deal("Held");
  await page.goto(`/opportunities/${held.id}`);
  const path = page.getByRole("list", { name: "Stages" });
  await expect(path.getByRole("button", { name: /^Third/ })).toBeDisabled();
  await path.getByRole("button", { name: /^Second/ }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Not moved yet." })).toBeVisible();
  await page.getByLabel(/^Amount/).fill("100");
  const rest = page.getByRole("list", { name: "Also needed" });
  const ticked = page.waitForResponse((r) => r.url().includes("/checklist/") && r.request().method() === "PUT");
  await rest.getByRole("checkbox", { name: "The buyer was called" }).click();
  await ticked;
  await page.getByRole("button", { name: "Save and move" }).click();
  await expect(path.locator("[aria-current=step]")).toHaveText(/^Second/);

  // The one that was there goes on as it began, until it is moved over.
  await page.goto(`/opportunities/${old.id}`);
  await expect(path.getByRole("button", { name: /^Third/ })).toBeEnabled();
  await page.goto(`/admin/lifecycles/${pipeline.id}`);
  await expect(page.getByRole("list", { name: "Attempts" }).getByText("Refused").first()).toBeVisible();
  await page.getByRole("button", { name: "Move 1 open deal to version 2" }).click();
  await expect(page.getByText("1 open deal moved over to version 2")).toBeVisible();
  await page.goto(`/opportunities/${old.id}`);
  await expect(path.getByRole("button", { name: /^Third/ })).toBeDisabled();
  await expect(page.getByText("Before it can leave First")).toBeVisible();

  for (const { id } of [old, held]) await page.request.delete(`/api/v1/opportunities/${id}`);
  await page.request.patch(`/api/v1/pipelines/${pipeline.id}`, { data: { archived: true, version: 1 } });
});
