/** Two people at work on the same deals, each in a browser of their own. */
import { expect, test, type Browser, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { cardIn, column, drag, touchDrag } from "./board";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36).toUpperCase();

async function signedIn(browser: Browser, email: string, touch = false): Promise<Page> {
  const context = await browser.newContext(touch ? { hasTouch: true, viewport: { width: 1180, height: 820 } } : {});
  const page = await context.newPage();
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

/** Two people at one deal of the first one's, who has its page open. */
async function atOneDeal(browser: Browser, name: string) {
  const [rep, manager] = [await signedIn(browser, "rep@demo.test"), await signedIn(browser, "manager@demo.test")];
  const made = await deal(rep, name);
  await rep.goto(`/opportunities/${made.id}`);
  await expect(rep.getByRole("heading", { name: made.name })).toBeVisible();
  const path = `/api/v1/opportunities/${made.id}`;
  /** The other one saves, from wherever they are. */
  const save = async (data: object) => {
    const { version } = (await (await manager.request.get(path)).json()) as { version: number };
    const answer = await manager.request.patch(path, { data, headers: { "If-Match": `"${version}"` } });
    expect(answer.status(), await answer.text()).toBe(200);
  };
  const note = async (body: string) => {
    const answer = await manager.request.post("/api/v1/activities", {
      data: { kind: "note", body, opportunity_id: made.id },
    });
    expect(answer.status()).toBe(201);
  };
  const close = () => Promise.all([rep.close(), manager.close()]);
  return { rep, manager, ...made, path, save, note, close };
}
const factOf = (page: Page, label: string) => page.getByRole("button", { name: `Edit ${label}:` });
const usd = (amount: string) => ({ amount: { amount, currency: "USD" } });

test("another's change shows in its field alone, with who made it: nothing closes, moves or loses the focus", async ({
  browser,
}) => {
  const { rep, save, close } = await atOneDeal(browser, "Field by field");
  await rep.getByRole("button", { name: "More", exact: true }).click();
  const menu = rep.getByRole("menu");
  await expect(menu).toBeVisible();
  const before = await rep.evaluateHandle(() => ({
    head: document.querySelector("h1"),
    focus: document.activeElement,
    top: document.querySelector("main")?.scrollTop,
    place: document.querySelector("[aria-label=Record]")?.getBoundingClientRect().top,
  }));
  const at = Date.now();
  await save(usd("23000"));
  await expect(rep.getByText("$23,000").first()).toBeVisible();
  expect(Date.now() - at, "milliseconds until it shows").toBeLessThan(3000);
  await expect(rep.getByText("Marcus, just now")).toBeVisible();
  await expect(rep.getByText("Marcus Oyelaran changed the amount.")).toBeAttached();
  await expect(menu).toBeVisible();
  const same = await rep.evaluate(
    (was) => [
      was.head === document.querySelector("h1"),
      was.focus === document.activeElement,
      was.top === document.querySelector("main")?.scrollTop,
      was.place === document.querySelector("[aria-label=Record]")?.getBoundingClientRect().top,
    ],
    before,
  );
  expect(same).toEqual([true, true, true, true]);
  await rep.keyboard.press("Escape");
  await accessible(rep);
  // News for a while, and then no longer.
  await expect(rep.getByText("Marcus, just now")).toHaveCount(0);
  // One's own change is no news to oneself.
  await factOf(rep, "Amount").click();
  await rep.getByRole("textbox", { name: "Amount" }).fill("24000");
  await rep.keyboard.press("Enter");
  await expect(rep.getByText("Amount changed")).toBeVisible();
  await expect(rep.locator("[data-slot=live-tag]")).toHaveCount(0);
  await close();
});

test("while I edit a field somebody saves it: mine stays as I type it, and I choose, without a dialog", async ({
  browser,
}) => {
  const { rep, save, close } = await atOneDeal(browser, "Same field");
  const refused: number[] = [];
  rep.on("response", (answer) => {
    if (answer.request().method() === "PATCH" && answer.status() !== 200) refused.push(answer.status());
  });
  // Another field: it comes, and mine is saved as if nothing had been.
  await factOf(rep, "Amount").click();
  const mine = rep.getByRole("textbox", { name: "Amount" });
  await mine.fill("15000");
  await save({ close_date: "2027-05-04" });
  await expect(factOf(rep, "Close date")).toContainText("May 4, 2027");
  await expect(mine).toBeFocused();
  await mine.press("Enter");
  await expect(factOf(rep, "Amount")).toContainText("$15,000");

  // The same field: the caret stays where it is, between 1 and 7.
  await factOf(rep, "Amount").click();
  await mine.fill("17000");
  await mine.evaluate((field: HTMLInputElement) => field.setSelectionRange(1, 1));
  await save(usd("20000"));
  const said = rep.getByText("Marcus changed this to $20,000");
  await expect(said).toBeVisible();
  await rep.keyboard.type("6");
  await expect(mine).toHaveValue("167000");
  await accessible(rep);
  await rep.getByRole("button", { name: "Keep mine" }).click();
  await expect(said).toHaveCount(0);
  await expect(mine).toBeFocused();
  await rep.keyboard.press("Enter");
  await expect(factOf(rep, "Amount")).toContainText("$167,000");
  await expect(rep.getByRole("dialog")).toHaveCount(0);

  await factOf(rep, "Amount").click();
  await mine.fill("1");
  await save(usd("30000"));
  await rep.getByRole("button", { name: "Take theirs" }).click();
  await expect(factOf(rep, "Amount")).toContainText("$30,000");
  await factOf(rep, "Amount").click();
  await mine.fill("2");
  await save(usd("31000"));
  await expect(rep.getByText("Marcus changed this to $31,000")).toBeVisible();
  await mine.press("Escape");
  await expect(factOf(rep, "Amount")).toContainText("$31,000");
  expect(refused).toEqual([]);
  await close();
});

test("a form takes on what I have not touched, keeps what I have, and saves that alone", async ({ browser }) => {
  const { rep, save, name, path, close } = await atOneDeal(browser, "Form");
  await board(rep, name);
  await cardIn(rep, "Prospecting", name).focus();
  await cardIn(rep, "Prospecting", name).getByRole("link").first().focus();
  await rep.keyboard.press("e");
  const form = rep.getByRole("dialog", { name: "Edit opportunity" });
  await form.getByLabel(/^Amount/).fill("18000");
  await form.getByLabel("Next step").fill("Mine");
  await save({ ...usd("21000"), close_date: "2027-06-01" });
  await expect(form.getByLabel("Close date")).toHaveValue("2027-06-01");
  await expect(form.getByText("Marcus changed this just now")).toBeVisible();
  await expect(form.getByLabel(/^Amount/)).toHaveValue("18000");
  await expect(form.getByText("Marcus changed this to $21,000")).toBeVisible();
  await accessible(rep);
  // The page goes; what was typed is there again, with what others have made of it since.
  await rep.reload();
  await cardIn(rep, "Prospecting", name).getByRole("link").first().focus();
  await rep.keyboard.press("e");
  await expect(form.getByText(/^As you left it/)).toBeVisible();
  await expect(form.getByText(/changed this to \$21,000/)).toBeVisible();
  await form.getByRole("button", { name: "Take theirs" }).click();
  await expect(form.getByLabel(/^Amount/)).toHaveValue("21000");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toHaveCount(0);
  const now = (await (await rep.request.get(path)).json()) as Record<string, unknown>;
  expect(now).toMatchObject({ next_step: "Mine", close_date: "2027-06-01", amount: { amount: "21000.00" } });
  await close();
});

test("a task that is open is changed, and then deleted, by somebody else: what I typed stays", async ({ browser }) => {
  const { rep, manager, id, close } = await atOneDeal(browser, "Task");
  const title = `Call them ${RUN}`;
  const made = await rep.request.post("/api/v1/tasks", { data: { title, opportunity_id: id, due_date: "2027-03-01" } });
  const task = (await made.json()) as { id: string; version: number };
  await rep.goto(`/opportunities/${id}?tab=tasks`);
  await rep.getByRole("button", { name: title, exact: true }).click();
  const form = rep.getByRole("dialog", { name: "Task" });
  await form.getByLabel("Notes").fill("A long thought");
  const changed = await manager.request.patch(`/api/v1/tasks/${task.id}`, {
    data: { title: `${title}, soon`, priority: "high" },
    headers: { "If-Match": `"${task.version}"` },
  });
  expect(changed.status(), await changed.text()).toBe(200);
  await expect(form.getByLabel(/^What is to be done/)).toHaveValue(`${title}, soon`);
  await expect(form.getByLabel("Priority")).toHaveValue("high");
  await expect(form.getByLabel("Notes")).toHaveValue("A long thought");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toHaveCount(0);
  await rep.getByRole("button", { name: `${title}, soon`, exact: true }).click();
  await form.getByLabel("Notes").fill("Another one");
  expect((await manager.request.delete(`/api/v1/tasks/${task.id}`)).status()).toBe(204);
  await expect(form.getByText("You no longer have access to this task.")).toBeVisible();
  await expect(form.getByLabel("Notes")).toHaveValue("Another one");
  await expect(form.getByRole("button", { name: "Save" })).toBeDisabled();
  await close();
});

test("a deal that somebody deletes stays readable, with what I typed; one that I may no longer see says no more", async ({
  browser,
}) => {
  const { rep, manager, id, path, close } = await atOneDeal(browser, "Gone");
  await rep.getByRole("button", { name: /^Write a note/ }).click();
  await rep.getByRole("textbox", { name: "What happened" }).fill("They said yes");
  await factOf(rep, "Amount").click();
  await rep.getByRole("textbox", { name: "Amount" }).fill("99");
  const { version } = (await (await manager.request.get(path)).json()) as { version: number };
  await manager.request.delete(path, { headers: { "If-Match": `"${version}"` } });
  await expect(rep.getByText("Marcus Oyelaran deleted this opportunity.")).toBeVisible();
  await expect(rep.getByRole("textbox", { name: "Amount" })).toHaveValue("99");
  await expect(rep.getByRole("textbox", { name: "Amount" })).toHaveAttribute("readonly");
  await expect(rep.getByRole("textbox", { name: "What happened" })).toHaveValue("They said yes");
  await expect(factOf(rep, "Close date")).toHaveCount(0);
  await accessible(rep);
  await rep.getByRole("link", { name: "Back to the list" }).click();
  await expect(rep).toHaveURL(/\/opportunities(\?|$)/);

  const other = await deal(rep, "Withdrawn");
  await rep.goto(`/opportunities/${other.id}`);
  await rep.getByRole("button", { name: /^Write a note/ }).click();
  await rep.getByRole("textbox", { name: "What happened" }).fill("Not lost");
  const users = (await (await manager.request.get("/api/v1/users?limit=100")).json()) as {
    items: { id: string; email: string }[];
  };
  const owner = users.items.find((u) => u.email === "admin@demo.test");
  const given = await manager.request.patch(`/api/v1/opportunities/${other.id}`, {
    data: { owner_id: owner?.id },
    headers: { "If-Match": '"1"' },
  });
  expect(given.status(), await given.text()).toBe(200);
  await expect(rep.getByText("You no longer have access to this opportunity.")).toBeVisible({ timeout: 30_000 });
  await expect(rep.getByRole("textbox", { name: "What happened" })).toHaveValue("Not lost");
  expect(id).not.toBe(other.id);
  await close();
});

test("what is new on a timeline slides in, and waits where it would move what I read", async ({ browser }) => {
  const { rep, note, close } = await atOneDeal(browser, "Timeline");
  for (let n = 0; n < 14; n += 1) await note(`Earlier note ${n}`);
  await expect(rep.getByText("Earlier note 13", { exact: true })).toBeVisible();
  await rep.getByRole("button", { name: /^Write a note/ }).click();
  const box = rep.getByRole("textbox", { name: "What happened" });
  await box.fill("My words");
  await note("While you write");
  await expect(rep.getByText("While you write")).toBeVisible();
  await expect(box).toBeFocused();
  await expect(box).toHaveValue("My words");

  const read = rep.getByText("Earlier note 2", { exact: true });
  await read.scrollIntoViewIfNeeded();
  await rep.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight));
  await expect(rep.getByText("While you write")).not.toBeInViewport();
  const at = (await read.boundingBox())?.y;
  await note("While you read");
  await note("And once more");
  // With what the service levels note of them.
  const pill = rep.getByRole("button", { name: /^\d new$/ });
  await expect(pill).toBeVisible();
  expect((await read.boundingBox())?.y).toBe(at);
  await expect(rep.getByText("While you read")).toHaveCount(0);
  await pill.click();
  await expect(rep.getByText("And once more")).toBeInViewport();
  await expect(box).toHaveValue("My words");
  await close();
});

test("who is here, and what they edit, stands at the field and in the head, and goes when they go", async ({
  browser,
}) => {
  const { rep, manager, id, close } = await atOneDeal(browser, "Presence");
  await manager.goto(`/opportunities/${id}`);
  await expect(rep.getByText("Marcus Oyelaran is here")).toBeAttached();
  await factOf(manager, "Amount").click();
  await expect(rep.getByText("Marcus is editing amount")).toBeVisible();
  await expect(rep.getByText("Marcus is editing", { exact: true })).toBeVisible();
  await accessible(rep);
  await manager.getByRole("textbox", { name: "Amount" }).press("Escape");
  await expect(rep.getByText("Marcus is editing amount")).toHaveCount(0);
  await manager.goto("/");
  await expect(rep.getByText("Marcus Oyelaran is here")).toHaveCount(0);
  await close();
});

test("after a lost connection the page says so in time, and catches up field by field", async ({ browser }) => {
  const { rep, path, save, close } = await atOneDeal(browser, "Lost");
  await rep.addInitScript(() => {
    const Real = window.EventSource;
    window.EventSource = class extends Real {
      constructor(url: string | URL) {
        super(url);
        Object.assign(window, { cut: () => (this.close(), this.dispatchEvent(new Event("error"))) });
      }
    };
  });
  await rep.reload();
  await expect(factOf(rep, "Amount")).toContainText("$12,000");
  await rep.route("**/api/v1/live", (route) => route.fulfill({ status: 503, body: "" }));
  await rep.evaluate(() => (window as unknown as { cut: () => void }).cut());
  const said = rep.getByText("Reconnecting…");
  await rep.waitForTimeout(2000);
  await expect(said).toHaveCount(0);
  await expect(said).toBeVisible();
  await save(usd("26000"));
  await rep.unroute("**/api/v1/live");
  await expect(factOf(rep, "Amount")).toContainText("$26,000");
  await expect(rep.getByText("Marcus, just now")).toBeVisible();
  await expect(said).toHaveCount(0);
  expect(path).toContain("/opportunities/");
  await close();
});

test("two hundred changes at once leave an open list at ease", async ({ browser }) => {
  const rep = await signedIn(browser, "admin@demo.test");
  const manager = await signedIn(browser, "manager@demo.test");
  await rep.goto("/opportunities");
  await expect(rep.getByRole("grid").getByRole("row").nth(5)).toBeVisible();
  const rows = (await (await manager.request.get("/api/v1/opportunities?limit=100")).json()) as {
    items: { id: string; version: number; may: { update: boolean } }[];
  };
  const mine = rows.items.filter((r) => r.may.update).slice(0, 50);
  expect(mine.length).toBeGreaterThan(10);
  let read = 0;
  rep.on("request", (r) => {
    if (new URL(r.url()).pathname.startsWith("/api/v1/")) read += 1;
  });
  let sent = 0;
  for (let round = 0; sent < 200; round += 1)
    await Promise.all(
      mine.map(async (r) => {
        sent += 1;
        const answer = await manager.request.patch(`/api/v1/opportunities/${r.id}`, {
          data: { next_step: `Step ${round} ${RUN}` },
          headers: { "If-Match": `"${r.version}"` },
        });
        if (answer.ok()) r.version = ((await answer.json()) as { version: number }).version;
      }),
    );
  // All of them together were read in far fewer goes than there were changes.
  await expect(async () => {
    const before = read;
    await rep.waitForTimeout(1500);
    expect(before).toBeGreaterThan(0);
    expect(read).toBe(before);
  }).toPass();
  console.info(`${sent} changes, ${read} reads`);
  expect(read).toBeLessThan(sent / 4);
  await rep.close();
  await manager.close();
});
