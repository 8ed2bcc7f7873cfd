import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { ask } from "./assistant";
import { column, drag } from "./board";
import { signIn } from "./sign-in";

/** The accounts of the file get a name of their own in each run, so that the story can be told twice to one server. */
const RUN = Date.now().toString(36).toUpperCase();
const ACCOUNTS = ["Quillon Brewing", "Ostrava Cableworks", "Nordhavn Seafood"];
const mine = (account: string) => `${account} ${RUN}`;
const DEAL = `${mine("Quillon Brewing")}, Arm A6`;

function fixture(): Buffer {
  const file = readFileSync(join(import.meta.dirname, "deals.csv"), "utf8").replaceAll("QB-", `${RUN}-`);
  return Buffer.from(ACCOUNTS.reduce((text, account) => text.replaceAll(account, mine(account)), file));
}

test.describe.configure({ mode: "serial" });
test.describe("a manager with a file of deals", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    await signIn(page, "manager@demo.test");
  });
  test.afterAll(() => page.close());

  test("imports the file", async () => {
    await page.goto("/admin/imports");
    await page
      .getByLabel("File to import")
      .setInputFiles({ name: `deals-${RUN}.csv`, mimeType: "text/csv", buffer: fixture() });
    await expect(page.getByLabel("Field for sales_agent")).toHaveValue("owner");
    await expect(page.getByLabel("Field for close_value")).toHaveValue("amount");
    await page.getByRole("button", { name: "Check 12 rows" }).click();
    await expect(page.getByRole("heading", { name: "0 of 12 rows are ready" })).toBeVisible();
    for (const account of ACCOUNTS) {
      const problem = page.getByRole("listitem").filter({ hasText: `“${mine(account)}” is not an account` });
      await problem.getByRole("button", { name: "Create it" }).click();
      await expect(problem).toHaveCount(0);
    }
    await expect(page.getByRole("heading", { name: "11 of 12 rows are ready" })).toBeVisible();
    await page.getByRole("button", { name: "Use Rita Solberg for all" }).click();
    await page.getByRole("button", { name: "Import 12 ready rows" }).click();
    await expect(page.getByRole("heading", { name: "12 opportunities imported" })).toBeVisible();
  });

  test("drags a deal across the board, with the mouse and with the keys", async () => {
    await page.goto(`/opportunities/board?q=${encodeURIComponent(mine("Quillon Brewing"))}`);
    const card = (stage: string) => column(page, stage).getByRole("listitem").filter({ hasText: "Arm A6" });
    await drag(page, card("Engaging"), column(page, "Qualified"));
    await expect(card("Qualified")).toBeVisible();
    await expect(card("Engaging")).toHaveCount(0);
    await expect(page.getByText(/moved to Qualified/i).first()).toBeVisible();
    await page.reload();
    await expect(card("Qualified")).toBeVisible();

    await card("Qualified").getByRole("link").focus();
    await page.keyboard.press("Space");
    await expect(page.getByText(/^Over Qualified/)).toBeAttached();
    await page.keyboard.press("ArrowRight");
    await expect(page.getByText(/^Over Engaging/)).toBeAttached();
    await page.keyboard.press("Space");
    await expect(card("Engaging")).toBeVisible();
  });

  test("has the assistant propose a follow-up, and approves it", async () => {
    await page.getByRole("button", { name: "Assistant", exact: true }).click();
    const run = await ask(page, `create a follow-up for the ${DEAL} deal next Friday`);
    const card = run.getByRole("article", { name: "Proposed task" });
    await expect(card).toContainText("Due date");
    await run.getByRole("button", { name: /^Plan/ }).click();
    await expect(run.getByText("Prepare a task")).toBeVisible();
    await card.getByRole("button", { name: "Approve" }).click();
    await expect(run.getByText(/Approved by Marcus/)).toBeVisible();
  });

  test("sees a proposed change as a diff, approves it, finds it in the timeline, and undoes it", async () => {
    const moved = await ask(page, `move ${DEAL} to Proposal`);
    const stage = moved.getByRole("article", { name: "Proposed change" });
    await expect(stage.locator("del")).toContainText("Engaging");
    await expect(stage.locator("ins")).toContainText("Proposal");
    await stage.getByRole("link", { name: DEAL }).first().click();
    await expect(page.getByRole("heading", { name: DEAL })).toBeVisible();
    await expect(page.getByText("1 change proposed")).toBeVisible();
    await stage.getByRole("button", { name: "Approve 1" }).click();
    await expect(moved.getByText(/Approved by Marcus/)).toBeVisible();

    const run = await ask(page, `set amount of ${DEAL} to 50k`);
    const amount = run.getByRole("article", { name: "Proposed change" });
    await expect(amount.locator("ins")).toContainText("50,000");
    await amount.getByRole("button", { name: "Approve 1" }).click();
    await expect(run.getByText(/Approved by Marcus/)).toBeVisible();
    const shown = page.getByRole("button", { name: "Edit Amount:" });
    await expect(shown).toContainText("$50,000");

    const timeline = page.locator("main").getByRole("listitem");
    await expect(timeline.filter({ hasText: "from Engaging to" }).first()).toBeVisible();
    const change = timeline.filter({ hasText: /changed\s*Amount/ }).first();
    await expect(change).toContainText("50,000");
    await change.getByRole("button", { name: "Undo" }).click();
    await expect(change).toContainText("Undone since");
    await expect(timeline.filter({ hasText: "undid" }).first()).toBeVisible();
    await expect(shown).not.toContainText("$50,000");
    // The same from where it was approved.
    await moved.getByRole("button", { name: "Undo" }).click();
    await expect(moved.getByText("then undone")).toBeVisible();
    await expect(page.getByRole("list", { name: "Stages" }).locator("[aria-current=step]")).toContainText("Engaging");
  });

  test("a rep does not see the deals of others", async ({ browser }) => {
    const rep = await browser.newPage();
    await signIn(rep, "rep@demo.test");
    await rep.goto(`/opportunities?q=${encodeURIComponent(RUN)}`);
    await expect(rep.getByText(DEAL)).toBeVisible();
    await expect(rep.getByText(`${mine("Ostrava Cableworks")}, Cell Controller`)).toHaveCount(0);
    await rep.close();
  });

  test("rolls the import back", async () => {
    await page.goto("/admin/imports");
    await page.getByRole("link", { name: `deals-${RUN}.csv` }).click();
    await page.getByRole("button", { name: "Roll back" }).click();
    const dialog = page.getByRole("dialog", { name: "Roll back this import?" });
    await expect(dialog).toContainText("12 created opportunities go away");
    await dialog.getByRole("button", { name: "Roll back" }).click();
    await expect(page.getByRole("heading", { name: "This import was rolled back" })).toBeVisible();
    await page.goto(`/opportunities?q=${encodeURIComponent(RUN)}`);
    await expect(page.getByText("Nothing matches all of these")).toBeVisible();
  });
});

test("a wrong password is refused in words", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill("rep@demo.test");
  await page.getByLabel("Password", { exact: true }).fill("not-the-password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page).toHaveURL(/sign-in/);
});
