/** What the assistant proposed: seen in one place, decided on together, and taken back. */
import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36);

async function made(page: Page, path: string, data: object): Promise<string> {
  const answer = await page.request.post(`/api/v1/${path}`, { data });
  expect(answer.ok(), await answer.text()).toBe(true);
  return ((await answer.json()) as { id: string }).id;
}

/** Asks by the API, and waits until something came of it. */
async function asked(page: Page, goal: string): Promise<string> {
  const id = await made(page, "agent-runs", { goal });
  await expect(async () => {
    const run = (await (await page.request.get(`/api/v1/agent-runs/${id}`)).json()) as {
      status: string;
      proposals: unknown[];
    };
    expect(run.status).toBe("done");
    expect(run.proposals.length).toBeGreaterThan(0);
  }).toPass();
  return id;
}

test.describe.serial("a rep and the proposals", () => {
  let page: Page;
  const deals = ["Ember", "Frost", "Grove"].map((name) => `${name} lathes ${RUN}`);
  const ids: string[] = [];
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page, "rep@demo.test");
    for (const name of deals)
      ids.push(await made(page, "opportunities", { name, amount: { amount: "1000", currency: "USD" } }));
    for (const name of deals) await asked(page, `set the amount of the "${name}" deal to 2,500`);
  });
  test.afterAll(() => page.close());

  const card = (name: string) => page.getByRole("article", { name: "Proposed change" }).filter({ hasText: name });
  const amounts = () =>
    Promise.all(
      ids.map(async (id) => {
        const deal = (await (await page.request.get(`/api/v1/opportunities/${id}`)).json()) as {
          amount: { amount: string };
        };
        return Number(deal.amount.amount);
      }),
    );

  test("sees them in the navigation, each with what it rests on", async () => {
    await page.getByRole("link", { name: "Proposals" }).click();
    await expect(page).toHaveURL(/\/proposals$/);
    const first = card(deals[0] ?? "");
    await first.getByRole("button", { name: "Why this?" }).click();
    await expect(first.getByText("Confidence")).toBeVisible();
    await expect(first.getByText("Made against")).toBeVisible();
    await expect(first.getByText("Evidence")).toBeVisible();
    await accessible(page);
  });

  test("approves several: what went through is told, and what did not, and why", async () => {
    // The second is changed by hand meanwhile, so what is proposed for it is out of date.
    const changed = await page.request.patch(`/api/v1/opportunities/${ids[1] ?? ""}`, {
      data: { amount: { amount: "1700", currency: "USD" } },
      headers: { "If-Match": '"1"' },
    });
    expect(changed.ok(), await changed.text()).toBe(true);
    for (const name of deals.slice(0, 2))
      await page.getByRole("checkbox", { name: `Choose the proposal for ${name}` }).check();
    const bar = page.getByRole("region", { name: "Selected proposals" });
    await expect(bar).toContainText("2 selected");
    await bar.getByRole("button", { name: "Approve 2" }).click();
    const told = page.getByRole("region", { name: "What became of them" });
    await expect(told).toContainText("1 of 2 proposals approved");
    await expect(told.getByRole("listitem").filter({ hasText: deals[1] })).toContainText(
      "not approved: The record changed since it was proposed.",
    );
    await accessible(page);
    await told.getByRole("button", { name: "Close" }).click();
    expect(await amounts()).toEqual([2500, 1700, 1000]);
  });

  test("rejects with a reason, which stays", async () => {
    const third = card(deals[2] ?? "");
    await third.getByRole("button", { name: "Reject" }).click();
    await third.getByLabel("Why (optional)").fill("They have not agreed to it.");
    await third.getByRole("button", { name: "Reject" }).click();
    await expect(third).toHaveCount(0);
    await page.getByRole("link", { name: "Rejected" }).click();
    await expect(page.getByText("They have not agreed to it.").first()).toBeVisible();
    await page.getByRole("link", { name: "Out of date" }).click();
    await expect(page.getByText(/Amount is now \$1,700/).first()).toBeVisible();
  });

  test("takes a whole request back, the latest change first", async () => {
    const [ember] = deals;
    const run = await asked(page, `set the amount of the "${ember}" deal to 4,000 and remind me to call them tomorrow`);
    await page.goto(`/assistant/runs/${run}`);
    await page.getByRole("button", { name: "Approve 1" }).click();
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await expect(page.getByText(/^Approved by/)).toHaveCount(2);
    expect(await amounts()).toEqual([4000, 1700, 1000]);
    await accessible(page);
    await page.goto("/proposals?status=approved");
    await page.getByRole("button", { name: "Undo all 2" }).first().click();
    await expect(page.getByText("2 proposals undone")).toBeVisible();
    expect(await amounts()).toEqual([2500, 1700, 1000]);
    await expect(page.getByText(/, then undone/).first()).toBeVisible();
    await accessible(page);
  });
});
