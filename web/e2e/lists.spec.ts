/** Lists as a person works with them: filters with groups, cells, groups, figures, and a sentence. */
import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36).toUpperCase();

async function account(page: Page, name: string, more: object): Promise<string> {
  const answer = await page.request.post("/api/v1/accounts", { data: { name, allow_duplicates: true, ...more } });
  expect(answer.status()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

test("a filter with groups is built, saved and opened again, also on a phone", async ({ page }) => {
  await signIn(page);
  for (const [name, country, employees] of [
    ["North", "Norway", 20],
    ["South", "Chile", 900],
    ["West", "Peru", 10],
  ] as const)
    await account(page, `${name} ${RUN}`, { country, employees });
  await page.goto(`/accounts?name.contains=${RUN}`);
  const grid = page.getByRole("grid", { name: "Accounts" });
  await expect(grid.getByRole("link", { name: RUN })).toHaveCount(3);

  // The chip moves into the advanced filter, and gets alternatives beside it.
  await page.getByRole("button", { name: "contains", exact: true }).click();
  await page.getByRole("menuitem", { name: "Move into the advanced filter" }).click();
  await page.getByRole("button", { name: /^Advanced filter: All of 1: Name contains/ }).click();
  const dialog = page.getByRole("dialog", { name: "Advanced filter" });
  await dialog.getByRole("button", { name: "Group" }).click();
  const group = dialog.getByRole("group", { name: "Group of conditions" });
  await group.getByLabel("Field").selectOption("Country");
  await group.getByLabel("Operator").selectOption("is");
  await dialog.getByRole("button", { name: "Apply" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("One condition has no value.");
  await group.getByRole("button", { name: /^Value:/ }).click();
  await page.getByLabel("Country", { exact: true }).fill("norway");
  await page.keyboard.press("Enter");
  await group.getByRole("button", { name: "Condition", exact: true }).click();
  await group.getByLabel("Field").nth(1).selectOption("Employees");
  await group.getByRole("button", { name: /^Value: Choose/ }).click();
  await page.getByLabel("Employees", { exact: true }).fill("500");
  await page.keyboard.press("Enter");
  await accessible(page);
  await dialog.getByRole("button", { name: "Apply" }).click();
  await expect(grid.getByRole("link", { name: RUN })).toHaveCount(2);
  const chip = page.getByRole("button", { name: /Any of 2: Country is norway; Employees at least 500/ });
  await expect(chip).toBeVisible();

  await page.getByRole("button", { name: "View", exact: true }).click();
  await page.getByRole("menuitem", { name: "Save as a new view" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill(`Either ${RUN}`);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/view=/);
  const view = new URL(page.url()).searchParams.get("view") ?? "";
  await expect(page.getByTitle("Changed")).toHaveCount(0);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/accounts?view=${view}`);
  await chip.click();
  await expect(dialog.getByLabel("Which must hold")).toBeVisible();
  await accessible(page);
  await dialog.getByRole("button", { name: "Cancel" }).click();
});

test("cells of accounts are edited by keyboard, and what is refused is said where it was typed", async ({ page }) => {
  await signIn(page);
  const id = await account(page, `Cells ${RUN}`, { domain: `${RUN.toLowerCase()}.test`, employees: 5 });
  await page.goto(`/accounts?name.contains=Cells ${RUN}`);
  const cell = (column: string) => page.locator(`[data-cell="0:${column}"]`);
  await cell("name").focus();
  await page.keyboard.press("F2");
  const named = page.waitForResponse((a) => a.request().method() === "PATCH");
  await cell("name").getByRole("textbox").fill(`Cells ${RUN} Ltd`);
  await page.keyboard.press("Enter");
  expect((await named).status()).toBe(200);
  await expect(page.getByText("Name changed").last()).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect(cell("name").getByRole("link", { name: `Cells ${RUN}`, exact: true })).toBeVisible();

  await cell("employees").focus();
  await page.keyboard.press("Enter");
  await cell("employees").getByRole("textbox").fill("-4");
  await page.keyboard.press("Enter");
  await expect(cell("employees").getByRole("alert")).toBeVisible();
  await expect(cell("employees").getByRole("textbox")).toHaveValue("-4");
  await page.keyboard.press("Escape");
  await expect(cell("employees")).toHaveText("5");

  // Somebody else was quicker: both values are shown.
  await cell("employees").focus();
  await page.keyboard.press("Enter");
  const changed = await page.request.patch(`/api/v1/accounts/${id}`, {
    data: {
      employees: 70,
      version: ((await (await page.request.get(`/api/v1/accounts/${id}`)).json()) as { version: number }).version,
    },
  });
  expect(changed.status()).toBe(200);
  await cell("employees").getByRole("textbox").fill("60");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("70");
});

test("deals stand in groups with their totals, and columns have figures below them", async ({ page }) => {
  await signIn(page);
  await page.goto("/opportunities?stage_kind=open");
  await page.getByRole("button", { name: "Group", exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: "Stage", exact: true }).click();
  await expect(page).toHaveURL(/group=stage_id/);
  const grid = page.getByRole("grid", { name: "Opportunities" });
  const groups = grid.getByRole("button", { expanded: false });
  await expect(groups.first()).toBeVisible();
  await expect(groups.first()).toContainText("weighted");
  await groups.first().click();
  await expect(grid.getByRole("link").first()).toBeVisible();
  await accessible(page);

  const below = (column: string) => grid.getByRole("button", { name: new RegExp(`^Below ${column}:`) });
  await expect(below("Amount")).toHaveAccessibleName(/Sum .*\d/);
  await below("Amount").click();
  await page.getByRole("menuitemcheckbox", { name: "Average" }).click();
  await expect(below("Amount")).toHaveAccessibleName(/Average .*\d/);
  await below("Close date").click();
  await page.getByRole("menuitemcheckbox", { name: "Earliest" }).click();
  await expect(below("Close date")).toHaveAccessibleName(/Earliest .*\d/);

  await page.getByRole("button", { name: "View", exact: true }).click();
  await page.getByRole("menuitem", { name: "Save as a new view" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill(`Grouped ${RUN}`);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/view=/);
  await page.evaluate(() => localStorage.clear());
  await page.goto(`/opportunities?view=${new URL(page.url()).searchParams.get("view") ?? ""}`);
  await expect(page).toHaveURL(/group=stage_id/);
  await expect(below("Amount")).toHaveAccessibleName(/Average .*\d/);
});

test("a sentence becomes chips, and says what it did not understand", async ({ page }) => {
  await signIn(page);
  await page.goto("/opportunities?tab=all");
  await page.getByRole("button", { name: "Say it in a sentence" }).click();
  const box = page.getByRole("textbox", { name: "Filter by a sentence" });
  await box.fill("frobnicated");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("Nothing of it was understood");
  await accessible(page);
  await box.fill("my frobnicated engaging deals over 1k or closing this year, largest first");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/owner_id=me/);
  await expect(page).toHaveURL(/sort=-amount/);
  await expect(page.getByRole("status").filter({ hasText: "Not understood: “frobnicated”" })).toBeVisible();
  await expect(page.getByRole("button", { name: /Any of 2: Amount more than/ })).toBeVisible();
  await page.getByRole("button", { name: "Remove the filter on Owner" }).click();
  await expect(page).not.toHaveURL(/owner_id/);

  await page.keyboard.press("ControlOrMeta+k");
  await page.getByPlaceholder("Search records, find an action, or ask").fill("won deals of last year");
  await page.getByRole("option", { name: /^Filter opportunities by/ }).click();
  await expect(page).toHaveURL(/stage_kind=won/);
});
