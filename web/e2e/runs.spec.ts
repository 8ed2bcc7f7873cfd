/** What was asked stays: found again, looked into step by step, and gone on with; and nobody else's. */
import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { ask, assistant } from "./assistant";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36);
const GOAL = `how many open deals do we have with Nobody${RUN}?`;

test.describe.serial("a rep and the history", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page, "rep@demo.test");
  });
  test.afterAll(() => page.close());

  test("finds by words and by state what was asked", async () => {
    await page.getByRole("button", { name: "Assistant", exact: true }).click();
    const run = await ask(page, GOAL);
    await expect(run.getByRole("link", { name: "Details" })).toBeVisible();
    await assistant(page).getByRole("button", { name: "Past conversations" }).click();
    await page.getByRole("menuitem", { name: "Search all that was asked" }).click();
    await expect(page.getByLabel("Search what was asked")).toBeVisible();
    await assistant(page).getByRole("button", { name: "Close the assistant" }).click();
    await page.getByLabel("Search what was asked").fill(`nobody${RUN}`);
    await expect(page).toHaveURL(new RegExp(`q=nobody${RUN}`));
    await expect(page.getByRole("main").getByRole("link", { name: GOAL })).toBeVisible();
    await expect(page.getByRole("main").getByRole("link", { name: /deals/ })).toHaveCount(1);
    await accessible(page);
    await page.getByLabel("State").selectOption("failed");
    await expect(page.getByText("Nothing like that was asked")).toBeVisible();
    await accessible(page);
    await page.getByRole("button", { name: "Show everything" }).click();
    await expect(page.getByRole("main").getByRole("link", { name: GOAL })).toBeVisible();
  });

  test("sees each step, what it took, and what the review said", async () => {
    await page.getByRole("main").getByRole("link", { name: GOAL }).click();
    await expect(page.getByRole("heading", { name: GOAL, level: 1 })).toBeVisible();
    await expect(page.getByText("The grammar, without a model")).toBeVisible();
    // Each stands among the steps and in the timeline.
    await expect(page.getByText("Understand the request")).toHaveCount(2);
    await expect(page.getByText("Check the answer")).toHaveCount(2);
    await page.locator("summary").first().click();
    await expect(page.getByRole("region", { name: "Arguments" }).first()).toContainText(GOAL);
    await expect(page.getByRole("heading", { name: "Review" })).toBeVisible();
    await accessible(page);
  });

  test("goes on with it", async () => {
    await page.getByRole("button", { name: "Go on with it" }).click();
    await expect(assistant(page).getByRole("region", { name: GOAL })).toBeVisible();
  });
});

test("a run is its person's own", async ({ browser }) => {
  const rep = await (await browser.newContext()).newPage();
  await signIn(rep, "rep@demo.test");
  const made = await rep.request.post("/api/v1/agent-runs", { data: { goal: "show my open deals" } });
  const { id } = (await made.json()) as { id: string };
  const manager = await (await browser.newContext()).newPage();
  await signIn(manager, "manager@demo.test");
  await manager.goto(`/assistant/runs/${id}`);
  await expect(manager.getByRole("heading", { name: "Not found" })).toBeVisible();
});

test("who may not use the assistant sees none of its pages", async ({ browser }) => {
  const admin = await (await browser.newContext()).newPage();
  await signIn(admin);
  const made = async (path: string, data: object) => {
    const answer = await admin.request.post(`/api/v1/${path}`, { data });
    expect(answer.ok(), await answer.text()).toBe(true);
    return ((await answer.json()) as { id: string }).id;
  };
  const read = { read: "all" };
  const role = await made("roles", { name: `Clerk ${RUN}`, grants: { opportunity: read, account: read, task: read } });
  const email = `clerk.${RUN}@demo.test`;
  await made("users", { name: `Clerk ${RUN}`, email, role_ids: [role], password: "demo-password" });
  const clerk = await (await browser.newContext()).newPage();
  await signIn(clerk, email);
  await expect(clerk.getByRole("link", { name: "Approvals" })).toBeVisible();
  await expect(clerk.getByRole("link", { name: "Proposals" })).toHaveCount(0);
  for (const path of ["/proposals", "/assistant", "/assistant/runs/01900000-0000-7000-8000-000000000000"]) {
    await clerk.goto(path);
    await expect(clerk.getByRole("heading", { name: "Not found" })).toBeVisible();
  }
  for (const path of ["proposals", "agent-runs"])
    expect((await clerk.request.get(`/api/v1/${path}`)).status()).toBe(403);
});
