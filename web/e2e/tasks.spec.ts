import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const STAMP = Date.now() % 100_000;
const CALL = `Weekly call ${STAMP}`;
const PAPERS = `Papers ${STAMP}`;

const saved = async (page: Page, method: string, press: () => Promise<void>) => {
  const answer = page.waitForResponse((r) => r.request().method() === method && r.url().includes("/api/v1/"));
  await press();
  return (await answer).ok();
};

test.describe.serial("a day of tasks", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page);
  });
  test.afterAll(() => page.close());

  test("an administrator keeps a template", async () => {
    await page.goto("/admin/task-templates");
    await page.getByRole("button", { name: "New template" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(`Weekly ${STAMP}`);
    await dialog.getByLabel("What is to be done").fill(CALL);
    await dialog.getByLabel("Due in so many days").fill("0");
    // Today, also on a weekend.
    await dialog.getByRole("checkbox", { name: /^Saturdays and Sundays/ }).uncheck();
    await dialog.getByLabel("Repeats").selectOption("Every week");
    await dialog.getByLabel("Next step").fill("Numbers");
    await page.keyboard.press("Enter");
    await accessible(page);
    expect(await saved(page, "POST", () => dialog.getByRole("button", { name: "Add template" }).click())).toBe(true);
    await expect(page.getByRole("row", { name: CALL })).toContainText("Every week");
  });

  test("a task is made from it, and one that waits for another is not finished before it", async () => {
    await page.goto("/tasks");
    await page.getByRole("button", { name: "New task" }).click();
    let dialog = page.getByRole("dialog");
    await dialog.getByLabel("What is to be done").fill(PAPERS);
    expect(await saved(page, "POST", () => dialog.getByRole("button", { name: "Add task" }).click())).toBe(true);
    await expect(dialog).toBeHidden();

    await page.getByRole("button", { name: "New task" }).click();
    dialog = page.getByRole("dialog");
    await dialog.getByLabel("Template").selectOption(`Weekly ${STAMP}`);
    await expect(dialog.getByLabel("What is to be done")).toHaveValue(CALL);
    await expect(dialog.getByLabel("Step 1", { exact: true })).toHaveValue("Numbers");
    await dialog.getByLabel("Waits for").click();
    await page.getByRole("option", { name: PAPERS }).click();
    expect(await saved(page, "POST", () => dialog.getByRole("button", { name: "Add task" }).click())).toBe(true);
    await expect(dialog).toBeHidden();

    const row = page.getByRole("listitem").filter({ hasText: CALL });
    await expect(row.getByRole("img", { name: `Waits for ${PAPERS}` })).toBeVisible();
    expect(await saved(page, "PATCH", () => row.getByRole("checkbox", { name: /^(Finish|Reopen)/ }).click())).toBe(
      false,
    );
    await expect(page.getByText(`it waits for “${PAPERS}”`)).toBeVisible();
  });

  test("my day has it, its steps are ticked, and finishing it makes the next one", async () => {
    await page.goto("/tasks?view=day");
    await page.getByRole("button", { name: CALL, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("checkbox", { name: "Done: Numbers" }).click();
    await dialog.getByRole("button", { name: `No longer wait for ${PAPERS}` }).click();
    expect(await saved(page, "PATCH", () => dialog.getByRole("button", { name: "Save" }).click())).toBe(true);
    const row = page.getByRole("listitem").filter({ hasText: CALL });
    await expect(row).toContainText("1/1");
    expect(await saved(page, "PATCH", () => row.getByRole("checkbox", { name: /^(Finish|Reopen)/ }).click())).toBe(
      true,
    );
    await expect(row).toBeHidden();
    await page.goto("/tasks");
    await expect(page.getByRole("listitem").filter({ hasText: CALL })).toContainText("0/1");
    await accessible(page);
  });

  test("several are moved at once, and the calendar has them on their day", async () => {
    await page.goto("/tasks");
    await page.getByRole("button", { name: "Choose several" }).click();
    for (const title of [CALL, PAPERS]) await page.getByRole("checkbox", { name: `Choose: ${title}` }).click();
    const bar = page.getByRole("region", { name: "Selected rows" });
    await bar.getByRole("button", { name: "Due" }).click();
    await page.getByRole("button", { name: "Today", exact: true }).click();
    await expect(page.getByText("2 tasks moved")).toBeVisible();
    await page.goto("/tasks?view=calendar");
    const today = page.locator("[role=gridcell]").filter({ has: page.locator("[aria-current=date]") });
    const more = today.getByRole("button", { name: /more$/ });
    await expect(today.getByRole("button").nth(1)).toBeVisible();
    if (await more.isVisible()) await more.click();
    await expect(today.getByRole("button", { name: CALL, exact: true })).toBeVisible();
    await accessible(page);
    await today.getByRole("button", { name: PAPERS, exact: true }).click();
    await expect(page.getByRole("dialog").getByLabel("What is to be done")).toHaveValue(PAPERS);
    await page.keyboard.press("Escape");
  });
});
