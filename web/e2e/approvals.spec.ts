import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

/** An approval of its own, for deals of its own name: nobody else's are held by it. */
test("an administrator defines an approval, a rep asks for it, and a manager decides", async ({ page, browser }) => {
  await signIn(page);
  const run = Date.now().toString(36);
  await page.goto("/admin/approvals");
  await expect(page.getByRole("heading", { name: "Approvals", level: 1 })).toBeVisible();
  await page.getByRole("link", { name: "New approval" }).click();
  await page.getByLabel(/^Name required/).fill(`Large ${run}`);

  // What is wrong is said where it is, and nothing is kept.
  await page.getByRole("combobox", { name: /Needed when this is true/ }).fill(`amuont > 10`);
  await page.getByRole("button", { name: "Add approval" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "line 1" }).first()).toBeVisible();
  await page
    .getByRole("combobox", { name: /Needed when this is true/ })
    .fill(`name.endsWith("${run}") && amount > 1000`);
  await page.keyboard.press("Escape");
  await page.getByRole("combobox", { name: "Approver 1 of level 1" }).selectOption("role");
  await page.getByRole("combobox", { name: "Approver 1 of level 1: role" }).selectOption({ label: "Sales Manager" });
  await page.getByRole("checkbox", { name: "Escalate level 1" }).click();
  await page.getByRole("button", { name: "Try it" }).click();
  await expect(page.getByText(/^0 of .* would need approval\.$/)).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Add approval" }).click();
  await expect(page.getByRole("link", { name: `Large ${run}` })).toBeVisible();
  await accessible(page);

  const rep = await (await browser.newContext()).newPage();
  await signIn(rep, "rep@demo.test");
  const data = { name: `Deal ${run}`, amount: { amount: "5000", currency: "USD" } };
  const deal = (await (await rep.request.post("/api/v1/opportunities", { data })).json()) as { id: string };
  await rep.goto(`/opportunities/${deal.id}`);
  const banner = rep.getByRole("region", { name: "Approvals" });
  await banner.getByRole("button", { name: "Ask for approval" }).click();
  const dialog = rep.getByRole("dialog", { name: `Ask for approval: Large ${run}` });
  await dialog.getByLabel("Why").fill("The buyer signs today.");
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(banner.getByText("Waiting", { exact: true })).toBeVisible();
  await accessible(rep);

  const manager = await (await browser.newContext()).newPage();
  await signIn(manager, "manager@demo.test");
  await manager.goto("/approvals");
  await manager.getByRole("link", { name: `Deal ${run}` }).click();
  await expect(manager.getByText("The buyer signs today.").first()).toBeVisible();
  await manager.getByLabel("Comment", { exact: true }).fill("Well done.");
  await manager.getByRole("button", { name: "Comment", exact: true }).click();
  const trail = manager.getByRole("list", { name: "Trail" });
  await expect(trail.getByText("Well done.")).toBeVisible();
  await accessible(manager);
  await manager.getByRole("button", { name: "Approve" }).click();
  await expect(manager.getByText("Approved", { exact: true }).first()).toBeVisible();

  await rep.goto("/approvals?tab=history");
  await expect(rep.getByRole("link", { name: `Deal ${run}` })).toBeVisible();
  await rep.goto("/approvals?tab=mine");
  await expect(rep.getByRole("link", { name: `Deal ${run}` })).toBeVisible();
  await rep.goto(`/opportunities/${deal.id}`);
  await expect(banner.getByText("Approved", { exact: true })).toBeVisible();
});

test("who is away has somebody decide, and a link that is none says so", async ({ page }) => {
  await signIn(page, "manager@demo.test");
  await page.goto("/profile");
  await page.getByLabel("Who decides for me").click();
  await page.locator("[cmdk-list]").getByRole("option").nth(1).click();
  await page.getByRole("button", { name: "Set", exact: true }).click();
  const all = page.getByRole("list", { name: "Delegations" });
  await expect(all.getByText("decides for you").first()).toBeVisible();
  await accessible(page);
  await all
    .getByRole("button", { name: /^End the delegation/ })
    .first()
    .click();
  await page.goto("/approval#nothing");
  await expect(page.getByRole("heading", { name: "This link is no good any more" })).toBeVisible();
  await accessible(page);
});
