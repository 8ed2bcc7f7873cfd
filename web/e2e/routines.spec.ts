/** Agents that work on their own: an administrator tries one, a person rates one, and notes become tasks. */
import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36);

test("an administrator tries an agent, sets it, and switches it off and on", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/agents");
  await expect(page.getByRole("heading", { name: "Agents", exact: true })).toBeVisible();
  const row = page.getByRole("listitem").filter({ hasText: "Weekly pipeline insights" });
  await expect(row.getByText("no model, no cost")).toBeVisible();
  await accessible(page);

  await row.getByRole("button", { name: "Try it" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Try it" }).click();
  await expect(dialog.getByText(/^Open: [\d,]+ deals, worth/)).toBeVisible();
  await accessible(page);
  await dialog.getByRole("button", { name: "Close" }).last().click();

  await row.getByRole("button", { name: "Settings" }).click();
  await dialog.getByLabel("Time").fill("06:15");
  await dialog.getByLabel("Tue").click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(row.getByText("Mon, Tue at 06:15")).toBeVisible();

  const active = row.getByRole("checkbox", { name: "Weekly pipeline insights is active" });
  await active.click();
  await expect(page.getByText("“Weekly pipeline insights” is off")).toBeVisible();
  await active.click();
  await expect(active).toBeChecked();

  await row.getByRole("button", { name: "Runs" }).click();
  await expect(dialog.getByText("Told").first()).toBeVisible();
});

test("a person rates what an agent told them, and mutes it", async ({ page }) => {
  await signIn(page, "rep@demo.test");
  await page.goto("/");
  const open = page.getByRole("radiogroup", { name: "How useful is this?" }).first();
  await expect(open).toBeVisible();
  await open.getByRole("radio", { name: "4 of 5: useful" }).click();
  await expect(open.getByRole("radio", { name: "4 of 5: useful" })).toBeChecked();
  await accessible(page);
  await page.goto("/profile");
  const weekly = page.getByRole("checkbox", { name: /Weekly pipeline insights/ });
  await weekly.click();
  await expect(weekly).not.toBeChecked();
  await page.reload();
  await expect(weekly).not.toBeChecked();
  await weekly.click();
  await expect(weekly).toBeChecked();
});

test("notes of a meeting become tasks, one yes each", async ({ page }) => {
  await signIn(page);
  const made = await page.request.post("/api/v1/opportunities", { data: { name: `Notes ${RUN}` } });
  const { id } = (await made.json()) as { id: string };
  await page.goto(`/opportunities/${id}`);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Tasks from meeting notes" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("A file of notes").setInputFiles({
    name: "call.md",
    mimeType: "text/markdown",
    buffer: Buffer.from("Next steps:\n- Send the offer by Friday\n- Book a demo for the CFO\n"),
  });
  await expect(dialog.getByLabel("Notes or transcript")).toHaveValue(/Book a demo/);
  await accessible(page);
  await dialog.getByRole("button", { name: "Find tasks" }).click();
  await expect(dialog.getByText("2 things to do.", { exact: false })).toBeVisible();
  await accessible(page);
  const first = dialog.getByRole("article", { name: "Proposed task" }).first();
  await expect(first.getByText(/Send the offer$/).first()).toBeVisible();
  await first.getByRole("button", { name: "Approve" }).click();
  await expect(async () => {
    const tasks = await page.request.get("/api/v1/tasks", { params: { opportunity_id: id } });
    expect(((await tasks.json()) as { items: { title: string }[] }).items.map((t) => t.title)).toEqual([
      "Send the offer",
    ]);
  }).toPass();
});
