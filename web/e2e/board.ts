import { expect, type Locator, type Page } from "@playwright/test";

export const column = (page: Page, stage: string): Locator =>
  page.getByRole("region", { name: new RegExp(`^${stage}, `) });
export const cardIn = (page: Page, stage: string, text: string): Locator =>
  column(page, stage).getByRole("listitem").filter({ hasText: text });

async function middle(of: Locator): Promise<{ x: number; y: number }> {
  const box = await of.boundingBox();
  if (!box) throw new Error("it is not on the page");
  return { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 160) };
}

/** Carries a card over a column and lets it go. On a slow machine the column answers late, so the hand moves on until it does. */
async function carry(to: Locator, move: (x: number, y: number) => Promise<unknown>): Promise<void> {
  await expect(async () => {
    const at = await middle(to);
    await move(at.x - 10, at.y);
    await move(at.x, at.y);
    await expect(to.getByText("Drop here")).toBeVisible({ timeout: 1000 });
  }).toPass();
}

export async function drag(page: Page, card: Locator, to: Locator): Promise<void> {
  await card.scrollIntoViewIfNeeded();
  const from = await middle(card);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 12, from.y + 8, { steps: 4 });
  await carry(to, (x, y) => page.mouse.move(x, y, { steps: 4 }));
  await page.mouse.up();
}

/** With a finger: it rests until the card lifts, then carries it. */
export async function touchDrag(page: Page, card: Locator, to: Locator): Promise<void> {
  const finger = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", at?: { x: number; y: number }) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [at] : [] });
  await card.scrollIntoViewIfNeeded();
  const from = await middle(card);
  await touch("touchStart", from);
  await expect(page.getByText(/^(Lifted|Over) /)).toBeAttached();
  await carry(to, (x, y) => touch("touchMove", { x, y }));
  await touch("touchEnd");
}
