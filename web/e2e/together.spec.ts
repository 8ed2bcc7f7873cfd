/** Two people at work on the same deals, each in a browser of their own. */
import { expect, test, type Browser, type Page } from "@playwright/test";
import { cardIn, column, drag, touchDrag } from "./board";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36).toUpperCase();

async function signedIn(browser: Browser, email: string, touch = false): Promise<Page> {
  const page = await browser.newPage(touch ? { hasTouch: true, viewport: { width: 1180, height: 820 } } : {});
  await signIn(page, email);
  return page;
}

/** A deal of one's own; its name is in no other test. */
async function deal(page: Page, name: string): Promise<{ id: string; name: string }> {
  const full = `${name} ${RUN}`;
  const answer = await page.request.post("/api/v1/opportunities", {
    data: { name: full, amount: { amount: "12000", currency: "USD" }, close_date: "2027-03-31" },
  });
  expect(answer.status()).toBe(201);
  return { id: ((await answer.json()) as { id: string }).id, name: full };
}

const board = (page: Page, name: string) => page.goto(`/opportunities/board?q=${encodeURIComponent(name)}`);

test("a move by one person is seen by the other at once, with who did it", async ({ browser }) => {
  const rep = await signedIn(browser, "rep@demo.test");
  const manager = await signedIn(browser, "manager@demo.test");
  const { name } = await deal(rep, "Live move");
  await board(rep, name);
  await board(manager, name);
  await expect(cardIn(rep, "Prospecting", name)).toBeVisible();
  await drag(manager, cardIn(manager, "Prospecting", name), column(manager, "Proposal"));
  await expect(cardIn(manager, "Proposal", name)).toBeVisible();
  await expect(cardIn(rep, "Proposal", name)).toContainText("Marcus moved it");
  await expect(cardIn(rep, "Prospecting", name)).toHaveCount(0);
  await rep.close();
  await manager.close();
});

test("a finger drags a card; one dropped on Lost waits until it says why", async ({ browser }) => {
  const page = await signedIn(browser, "rep@demo.test", true);
  const { name } = await deal(page, "Touch");
  await board(page, name);
  await touchDrag(page, cardIn(page, "Prospecting", name), column(page, "Qualified"));
  await expect(page.getByText("Moved to Qualified")).toBeVisible();
  await page.reload();

  await touchDrag(page, cardIn(page, "Qualified", name), column(page, "Lost"));
  const gate = column(page, "Lost").getByRole("listitem").filter({ hasText: "Not moved yet." });
  await gate.getByRole("button", { name: "Save and move" }).click();
  const reason = gate.getByLabel(/^Lost reason/);
  await expect(reason).toHaveAttribute("aria-invalid", "true");
  await reason.selectOption({ index: 1 });
  await gate.getByRole("button", { name: "Save and move" }).click();
  await expect(gate).toHaveCount(0);
  await page.reload();
  await expect(cardIn(page, "Lost", name)).toBeVisible();
  await page.close();
});

test("two people change the same field: the later one chooses which value stays", async ({ browser }) => {
  const rep = await signedIn(browser, "rep@demo.test");
  const manager = await signedIn(browser, "manager@demo.test");
  const { id } = await deal(rep, "Conflict");
  const edit = async (page: Page, label: string) => {
    await page.getByRole("button", { name: `Edit ${label}:` }).click();
    return page.getByRole("textbox", { name: label });
  };
  for (const page of [rep, manager]) await page.goto(`/opportunities/${id}`);
  const mine = await edit(rep, "Amount");
  const theirs = await edit(manager, "Amount");
  await theirs.fill("20000");
  await theirs.press("Enter");
  await expect(manager.getByText("Amount changed")).toBeVisible();

  await mine.fill("15k");
  await mine.press("Enter");
  const dialog = rep.getByRole("dialog", { name: "Someone else changed this meanwhile" });
  await expect(dialog.getByRole("group", { name: "Amount" })).toContainText("$20,000");
  await dialog.getByRole("button", { name: "Save mine" }).click();
  await expect(dialog).toHaveCount(0);
  for (const page of [rep, manager])
    await expect(page.getByRole("button", { name: "Edit Amount:" })).toContainText("$15,000");
  await rep.close();
  await manager.close();
});
