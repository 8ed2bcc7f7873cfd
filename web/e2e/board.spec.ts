/** The board as a person works on it: stages that are full, columns by another field, rows, card fields, quick actions. */
import { expect, test, type Locator, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { cardIn, column, drag } from "./board";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36).toUpperCase();

const api = async (page: Page, path: string, data: object): Promise<{ id: string; version: number }> => {
  const answer = await page.request.post(`/api/v1/${path}`, { data });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as { id: string; version: number };
};

/** Does it, and waits until the server has it: one request, and it is well. */
async function saved(page: Page, act: () => Promise<unknown>): Promise<void> {
  const writes: string[] = [];
  const answer = page.waitForResponse(
    (r) => ["POST", "PUT", "PATCH"].includes(r.request().method()) && r.url().includes("/api/v1/"),
  );
  const count = (r: { method(): string; url(): string }) =>
    r.method() !== "GET" && r.url().includes("/opportunities") && writes.push(r.url());
  page.on("request", count);
  await act();
  expect((await answer).ok()).toBe(true);
  page.off("request", count);
  expect(writes.length).toBeLessThanOrEqual(1);
}

const display = async (page: Page, entry: string, nth = 0) => {
  await page.getByRole("button", { name: "Columns, rows and order of the board" }).click();
  await page.getByRole("menuitemcheckbox", { name: entry, exact: true }).nth(nth).click();
};

/** A pipeline of one's own, with a deal, so that nobody else's cards are in the way. */
async function made(page: Page, limit?: object) {
  const stages = [
    { name: "First", kind: "open", probability: 20 },
    { name: "Second", kind: "open", probability: 60, ...limit },
    { name: "Won", kind: "won" },
    { name: "Lost", kind: "lost" },
  ];
  const name = `Board ${RUN}${Math.floor(Math.random() * 1e6)}`;
  const pipeline = await api(page, "pipelines", { name, stages });
  const deal = (title: string, more: object = {}) =>
    api(page, "opportunities", { name: title, pipeline_id: pipeline.id, ...more });
  return { address: `/opportunities/board?stage_kind=open&pipeline_id=${pipeline.id}`, deal };
}

test("a stage that is full says so, and takes a card again once there is room", async ({ page }) => {
  await signIn(page);
  const { address, deal } = await made(page, { wip_limit: 1, wip_policy: "block" });
  await deal("Crane");
  await deal("Ferry");
  await page.goto(address);
  await drag(page, cardIn(page, "First", "Crane"), column(page, "Second"));
  await expect(column(page, "Second").getByText("1 of 1, full")).toBeVisible();
  await drag(page, cardIn(page, "First", "Ferry"), column(page, "Second"));
  const refused = column(page, "Second").getByRole("listitem").filter({ hasText: "Not moved." });
  await expect(refused).toContainText("Second is full: 1 of at most 1 open deals");
  await accessible(page);
  await refused.getByRole("button", { name: "Put back" }).click();
  await expect(cardIn(page, "First", "Ferry")).toBeVisible();
});

test("cards are edited, assigned, closed and shown as one likes, and grouped by another field", async ({ page }) => {
  await signIn(page);
  const { address, deal } = await made(page);
  await deal("Harbour", { amount: { amount: "500", currency: "USD" } });
  await page.goto(address);
  const card = () => page.getByRole("link", { name: "Harbour" });
  await card().focus();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Next step").fill("Send the offer");
  await accessible(page);
  await saved(page, () => dialog.getByRole("button", { name: "Save", exact: true }).click());
  await expect(cardIn(page, "First", "Send the offer")).toBeVisible();

  // What a card shows.
  await page.getByRole("button", { name: "Card fields" }).click();
  await page.getByRole("checkbox", { name: "Probability" }).click();
  await page.keyboard.press("Escape");
  await expect(cardIn(page, "First", "Harbour")).toContainText("Probability20 %");

  // By the forecast: a drop sets it, and the order and the columns are in the address.
  await display(page, "Forecast");
  await expect(page).toHaveURL(/by=forecast_category/);
  await saved(page, () => drag(page, cardIn(page, "Pipeline", "Harbour"), column(page, "Commit")));
  await expect(cardIn(page, "Commit", "Harbour")).toBeVisible();
  await accessible(page);

  await cardIn(page, "Commit", "Harbour").hover();
  await page.getByRole("button", { name: "Actions for Harbour" }).click();
  await page.getByRole("menuitem", { name: "Assign" }).click();
  await saved(page, () => page.getByRole("option").filter({ hasText: "Marcus" }).first().click());
  await card().focus();
  await page.keyboard.press("l");
  await dialog.getByLabel("Reason").selectOption({ index: 1 });
  await saved(page, () => dialog.getByRole("button", { name: "Close as lost" }).click());
  await expect(card()).toHaveCount(0);
  await saved(page, () => page.getByRole("button", { name: "Undo" }).first().click());
  await expect(card()).toBeVisible();
});

test("rows: the keyboard carries a card to another one, and both fields change at once", async ({ page }) => {
  await signIn(page);
  const { address, deal } = await made(page);
  await deal("Lighthouse");
  await deal("Pier", { forecast_category: "commit" });
  await page.goto(`${address}&lanes=forecast_category`);
  const row = (name: string) => page.getByRole("region", { name: new RegExp(`^Row ${name}, `) });
  await expect(row("Pipeline").getByRole("link", { name: "Lighthouse" })).toBeVisible();
  await expect(row("Commit").getByRole("link", { name: "Pier" })).toBeVisible();
  await accessible(page);
  await row("Commit").getByRole("link", { name: "Pier" }).focus();
  await page.keyboard.press("Space");
  await expect(page.getByText(/^(Lifted Pier|Over First)/)).toBeAttached();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByText(/^Over Second/)).toBeAttached();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByText(/in Best case/)).toBeAttached();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByText(/in Pipeline/)).toBeAttached();
  await saved(page, () => page.keyboard.press("Space"));
  const there = page.getByRole("region", { name: /^Pipeline, Second, / });
  await expect(there.getByRole("link", { name: "Pier" })).toBeVisible();
  await row("Pipeline")
    .getByRole("button", { name: /^Pipeline/ })
    .click();
  await expect(there).toHaveCount(0);
});

test("an order made by hand, with the mouse and the keyboard, stays, and goes along to another stage", async ({
  page,
}) => {
  await signIn(page);
  const { address, deal } = await made(page);
  for (const name of ["Anchor", "Buoy", "Capstan"]) await deal(name);
  await page.goto(address);
  await display(page, "By hand");
  const order = async (stage: string) => {
    const cards = await column(page, stage).locator("[data-card]").all();
    const placed = await Promise.all(
      cards.map(async (card) => ({
        y: (await card.boundingBox())?.y ?? 0,
        name: await card.getByRole("link").innerText(),
      })),
    );
    return placed.sort((a, b) => a.y - b.y).map((card) => card.name);
  };
  await expect.poll(() => order("First")).toEqual(["Capstan", "Buoy", "Anchor"]);

  /** Carries a card to where another one ends, or a column begins. */
  const carry = async (card: Locator, to: Locator, end: boolean) => {
    const [from, at] = [await card.boundingBox(), await to.boundingBox()];
    if (!from || !at) throw new Error("they are on the page");
    await page.mouse.move(from.x + 60, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(from.x + 60, from.y + 40, { steps: 3 });
    await page.mouse.move(at.x + 60, end ? at.y + at.height - 2 : at.y + 60, { steps: 6 });
  };

  // Over the lower half of the last card: below it.
  await carry(cardIn(page, "First", "Capstan"), cardIn(page, "First", "Anchor"), true);
  await expect(page.getByText("Below Anchor.")).toBeAttached();
  await saved(page, () => page.mouse.up());
  await expect.poll(() => order("First")).toEqual(["Buoy", "Anchor", "Capstan"]);

  // Up past one with the keyboard.
  await page.getByRole("link", { name: "Capstan" }).focus();
  await page.keyboard.press("Space");
  await expect(page.getByText(/^(Lifted Capstan|Over First)/)).toBeAttached();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByText("Below Buoy.")).toBeAttached();
  await saved(page, () => page.keyboard.press("Space"));
  await expect.poll(() => order("First")).toEqual(["Buoy", "Capstan", "Anchor"]);
  await page.reload();
  await expect.poll(() => order("First")).toEqual(["Buoy", "Capstan", "Anchor"]);

  await carry(cardIn(page, "First", "Buoy"), column(page, "Second"), false);
  await expect(page.getByText(/^(Over Second|On top)/)).toBeAttached();
  await saved(page, () => page.mouse.up());
  await expect.poll(() => order("Second")).toEqual(["Buoy"]);
  await carry(cardIn(page, "First", "Anchor"), cardIn(page, "Second", "Buoy"), true);
  await expect(page.getByText("Below Buoy.")).toBeAttached();
  await saved(page, () => page.mouse.up());
  await expect.poll(() => order("Second")).toEqual(["Buoy", "Anchor"]);
  await page.reload();
  await expect.poll(() => order("Second")).toEqual(["Buoy", "Anchor"]);
});
