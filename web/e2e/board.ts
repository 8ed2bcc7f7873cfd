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

/** Carries a card over a column. On a slow machine the column answers late, so the hand moves on until it does. */
async function carry(to: Locator, move: (x: number, y: number) => Promise<unknown>): Promise<void> {
  await expect(async () => {
    const at = await middle(to);
    await move(at.x - 10, at.y);
    await move(at.x, at.y);
    await expect(to.getByText("Drop here")).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 10_000 });
}

/** A person whose card slipped takes it up again: so does this, and gives up only when it slips each time. */
async function untilCarried(attempt: () => Promise<void>, letGo: () => Promise<unknown>): Promise<void> {
  await expect(async () => {
    try {
      await attempt();
    } catch (slipped) {
      await letGo();
      throw slipped;
    }
  }).toPass({ timeout: 60_000 });
}

export async function drag(page: Page, card: Locator, to: Locator): Promise<void> {
  const take = async () => {
    await card.scrollIntoViewIfNeeded();
    const from = await middle(card);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 12, from.y + 8, { steps: 4 });
    await carry(to, (x, y) => page.mouse.move(x, y, { steps: 4 }));
  };
  await untilCarried(take, async () => {
    await page.keyboard.press("Escape");
    await page.mouse.up();
  });
  await page.mouse.up();
}

/**
 * With a finger: it rests until the card lifts, then carries it. A browser takes a touch away from a page that answers it
 * too late (it sends touchcancel), and the card is put back.
 */
export async function touchDrag(page: Page, card: Locator, to: Locator): Promise<void> {
  const finger = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd" | "touchCancel", at?: { x: number; y: number }) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [at] : [] });
  const take = async () => {
    await card.scrollIntoViewIfNeeded();
    const from = await middle(card);
    await touch("touchStart", from);
    await expect(page.getByText(/^(Lifted|Over) /)).toBeAttached({ timeout: 5000 });
    await carry(to, (x, y) => touch("touchMove", { x, y }));
  };
  await untilCarried(take, () => touch("touchCancel"));
  await touch("touchEnd");
}
