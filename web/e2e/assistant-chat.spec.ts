/** The assistant by its keys: what can be asked, tables and bars of what was found, and the last request again. */
import { expect, test, type Page } from "@playwright/test";
import { COMMANDS, fill } from "../src/features/assistant/commands";
import { accessible } from "./accessible";
import { ask, assistant } from "./assistant";
import { signIn } from "./sign-in";

const box = (page: Page) => assistant(page).getByRole("textbox", { name: "Ask the assistant" });
const selected = (page: Page) =>
  box(page).evaluate((field: HTMLTextAreaElement) => field.value.slice(field.selectionStart, field.selectionEnd));

/** The records that the phrases are about. */
async function names(page: Page) {
  const first = async (path: string) =>
    ((await (await page.request.get(`/api/v1/${path}`)).json()) as { items: { id: string; name: string }[] })
      .items[0] ?? {
      id: "",
      name: "",
    };
  return {
    opportunity: await first("opportunities?limit=1&owner_id=me&stage_kind=open"),
    account: await first("accounts?limit=1&owner_id=me"),
    contact: await first("contacts?limit=1"),
    lead: await first("leads?limit=1"),
  };
}

test.describe.serial("a rep at the keyboard", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page, "rep@demo.test");
  });
  test.afterAll(() => page.close());

  test("a slash says what can be asked, and its phrase is filled in", async () => {
    await page.keyboard.press("ControlOrMeta+j");
    await expect(box(page)).toBeFocused();
    await page.keyboard.type("/");
    await expect(assistant(page).getByRole("option")).toHaveCount(COMMANDS.length);
    await accessible(page);
    await page.keyboard.type("mov");
    await expect(assistant(page).getByRole("option", { name: /^\/move/ })).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Enter");
    await expect(box(page)).toHaveValue("move the [name] deal to [stage]");
    expect(await selected(page)).toBe("[name]");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Put something in the place of [name] first.")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(assistant(page)).toHaveCount(0);
  });

  test("a list is a table with links, and a figure by group is bars with values", async () => {
    await page.keyboard.press("ControlOrMeta+j");
    const list = await ask(page, "show my open deals");
    const table = list.getByRole("table");
    await expect(table.getByRole("columnheader", { name: "Deal" })).toBeVisible();
    await expect(table.getByRole("rowheader").getByRole("link").first()).toHaveAttribute("href", /\/opportunities\/./);
    // What the table says is not said once more.
    await expect(list.getByText(/^The first 10:|^\d+ open deals/).first()).toBeVisible();
    await accessible(page);

    const bars = await ask(page, "pipeline by stage");
    await expect(bars.getByRole("columnheader", { name: "Stage" })).toBeVisible();
    await expect(
      bars
        .getByRole("row")
        .filter({ hasText: /\$[\d,]+/ })
        .first(),
    ).toBeVisible();
    await accessible(page);
    await expect(bars.getByRole("button", { name: "Copy the answer" })).toBeVisible();

    // The last request once more, by a key and by its button.
    await box(page).press("ArrowUp");
    await expect(box(page)).toHaveValue("pipeline by stage");
    await box(page).fill("");
    await bars.getByRole("button", { name: "Ask again" }).click();
    await expect(assistant(page).getByRole("region", { name: "pipeline by stage", exact: true })).toHaveCount(2);
    await expect(assistant(page).getByRole("button", { name: "Copy the answer" })).toHaveCount(3);
  });

  test("the conversation is there again when the panel is, and is begun anew by its button", async () => {
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Assistant", exact: true }).click();
    await expect(assistant(page).getByRole("region", { name: "show my open deals", exact: true })).toBeVisible();
    await assistant(page).getByRole("button", { name: "New conversation" }).click();
    await expect(assistant(page).getByText(/^Ask about your deals/)).toBeVisible();
  });

  test("says more of an answer than that it was useful", async () => {
    const run = await ask(page, "what should I do today?");
    await run.getByRole("button", { name: "Useful", exact: true }).click();
    await run.getByRole("button", { name: "Say more" }).click();
    await expect(run.getByRole("group", { name: "How good was it?" })).toBeVisible();
    await run.getByLabel("What was good, or missing").fill("It knew about the overdue call.");
    await accessible(page);
    await run.getByRole("button", { name: "Save" }).click();
    await expect(run.getByRole("button", { name: "Your words" })).toBeVisible();
  });

  test("every phrase is understood, without a model", async () => {
    test.slow();
    const known = await names(page);
    for (const command of COMMANDS) {
      for (const kind of [null, ...(Object.keys(command.on ?? {}) as (keyof typeof known)[])]) {
        const lead = ["score"].includes(command.name);
        const goal = fill(command, kind)
          .text.replace("[name]", lead ? known.lead.name : known.account.name)
          .replace("[account]", known.account.name)
          .replace("[stage]", "Proposal")
          .replace("[value]", "30 December")
          .replace("[the price]", "the price");
        const made = await page.request.post("/api/v1/agent-runs", {
          data: { goal, ...(kind ? { context: { type: kind, id: known[kind].id } } : {}) },
        });
        const { id } = (await made.json()) as { id: string };
        await expect(async () => {
          const run = (await (await page.request.get(`/api/v1/agent-runs/${id}`)).json()) as {
            status: string;
            steps: { kind: string; status: string }[];
          };
          expect(["done", "waiting"], goal).toContain(run.status);
          expect(run.steps.filter((step) => step.kind === "tool").length, goal).toBeGreaterThan(0);
        }).toPass({ timeout: 20_000 });
      }
    }
  });
});

test("on a phone the panel is a sheet, and the list is reached without a slash", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const page = await context.newPage();
  await signIn(page, "rep@demo.test");
  await page.getByRole("button", { name: "Assistant", exact: true }).click();
  await assistant(page).getByRole("button", { name: "What can be asked" }).click();
  await assistant(page)
    .getByRole("option", { name: /^\/pipeline/ })
    .click();
  await expect(box(page)).toHaveValue("pipeline by stage");
  await assistant(page).getByRole("button", { name: "Send" }).click();
  await expect(assistant(page).getByRole("table")).toBeVisible();
  const sheet = await assistant(page).boundingBox();
  expect(sheet?.width).toBe(390);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
  await context.close();
});
