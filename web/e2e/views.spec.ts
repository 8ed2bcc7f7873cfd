/** Saved views, exports and changes of many records, as a person makes them. */
import { readFile } from "node:fs/promises";
import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36).toUpperCase();

async function made(page: Page, path: string, data: object): Promise<string> {
  const answer = await page.request.post(`/api/v1/${path}`, { data });
  expect(answer.status()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

const menu = (page: Page, name: string) =>
  page.getByRole("menuitem", { name }).or(page.getByRole("menuitemcheckbox", { name }));

async function view(page: Page, action: string): Promise<void> {
  await page.getByRole("button", { name: "View", exact: true }).click();
  await menu(page, action).click();
}

test("a view is saved, changed, pinned, shared by link and deleted", async ({ page, browser }) => {
  await signIn(page);
  const name = `Commit ${RUN}`;
  await page.goto("/opportunities?stage_kind=open&forecast_category=commit&sort=-amount");
  await view(page, "Save as a new view");
  const dialog = page.getByRole("dialog", { name: "Save as a new view" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Who sees it").selectOption("organisation");
  await accessible(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  const tabs = page.getByRole("navigation", { name: "Views" });
  await expect(tabs.getByRole("link", { name })).toHaveAttribute("aria-current", "page");
  await expect(page).toHaveURL(/view=/);

  // Changed: marked, taken back, then saved.
  const amount = page.getByRole("columnheader", { name: "Amount" }).getByRole("button");
  await amount.click();
  await expect(tabs.getByTitle("Changed")).toBeVisible();
  await page.getByRole("button", { name: "Reset" }).click();
  await expect(tabs.getByTitle("Changed")).toHaveCount(0);
  await amount.click();
  await view(page, "Save changes");
  await expect(page.getByText(`Saved “${name}”`).last()).toBeVisible();
  await expect(tabs.getByTitle("Changed")).toHaveCount(0);

  await view(page, "Pin");
  await expect(page.getByText("Pinned", { exact: true })).toBeVisible();
  await tabs.getByRole("link", { name: "All open" }).click();
  await expect(tabs.getByRole("link", { name })).toBeVisible();

  // A colleague opens the link, and may not change it.
  const id = await tabs
    .getByRole("link", { name })
    .evaluate((a) => new URL((a as HTMLAnchorElement).href).searchParams.get("view"));
  const rep = await browser.newPage();
  await signIn(rep, "rep@demo.test");
  await rep.goto(`/opportunities?view=${id ?? ""}`);
  await expect(rep).toHaveURL(/forecast_category=commit/);
  await expect(rep.getByRole("navigation", { name: "Views" }).getByRole("link", { name })).toBeVisible();
  await rep.getByRole("button", { name: "View", exact: true }).click();
  await expect(menu(rep, "Copy link")).toBeVisible();
  await expect(menu(rep, "Delete")).toHaveCount(0);
  await rep.close();

  await tabs.getByRole("link", { name }).click();
  await view(page, "Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete view" }).click();
  await expect(page.getByText(`Deleted “${name}”`)).toBeVisible();
  await expect(tabs.getByRole("link", { name })).toHaveCount(0);
});

test("accounts and contacts have chips, columns and views of their own", async ({ page }) => {
  await signIn(page);
  for (const [path, noun] of [
    ["/accounts", "Account"],
    ["/contacts", "Contact"],
  ] as const) {
    await page.goto(path);
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("option", { name: "Owner", exact: true }).click();
    await page.getByRole("option", { name: "Me", exact: true }).click();
    await page.keyboard.press("Escape");
    await expect(page).toHaveURL(/owner_id=me/);
    const name = `${noun}s of mine ${RUN}`;
    await view(page, "Save as a new view");
    await page.getByRole("dialog").getByLabel("Name").fill(name);
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("navigation", { name: "Views" }).getByRole("link", { name })).toBeVisible();
    await accessible(page);
    // Its person begins with it from now on, and then no longer.
    await view(page, "Begin with it");
    await expect(page.getByText(`The list begins with “${name}”`)).toBeVisible();
    await page.goto(path);
    await expect(page).toHaveURL(/view=.*owner_id=me/);
    await view(page, "Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete view" }).click();
    await expect(page.getByText(`Deleted “${name}”`)).toBeVisible();
  }
});

test("columns are put in order, kept in sight and made wider, and a view keeps it", async ({ page }) => {
  await signIn(page);
  await page.goto("/opportunities?tab=all");
  const name = `Columns ${RUN}`;
  await view(page, "Save as a new view");
  await page.getByRole("dialog").getByLabel("Name").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/view=/);

  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Forecast" }).click();
  await page.getByRole("button", { name: "Keep Stage in sight" }).click();
  // Space lifts it, up moves it one place, Space drops it.
  await page.getByRole("button", { name: "Move Forecast" }).focus();
  await page.keyboard.press("Space");
  await expect(page.getByText(/^Lifted Forecast/)).toBeAttached();
  // It moves once its neighbours are measured.
  await expect(async () => {
    await page.keyboard.press("ArrowUp");
    await expect(page.getByText(/^Over place /)).toBeAttached({ timeout: 1_000 });
  }).toPass();
  await page.keyboard.press("Space");
  const shown = page.getByRole("list", { name: "Columns shown" }).getByRole("listitem");
  await expect(shown.first()).toContainText("Stage");
  await expect(shown.nth(-2)).toContainText("Forecast");
  await accessible(page);
  await page.keyboard.press("Escape");

  const heads = page.getByRole("columnheader");
  await expect(heads.nth(2)).toHaveText("Stage");
  await expect(heads.nth(2)).toHaveCSS("position", "sticky");
  const width = async () => Math.round((await heads.nth(2).boundingBox())?.width ?? 0);
  const before = await width();
  const cell = page.getByRole("row").nth(1).getByRole("gridcell");
  await cell.nth(1).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Alt+ArrowRight");
  await expect.poll(width).toBe(before + 16);

  await expect(page.getByRole("navigation", { name: "Views" }).getByTitle("Changed")).toBeVisible();
  const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
  await view(page, "Save changes");
  expect((await saved).status()).toBe(200);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await expect(heads.nth(2)).toHaveText("Stage");
  expect(await width()).toBe(before + 16);
  await view(page, "Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete view" }).click();
});

test("what is shown is exported", async ({ page }) => {
  await signIn(page);
  const name = `Export ${RUN}`;
  await made(page, "opportunities", { name, next_step: "=1+1" });
  await page.goto(`/opportunities?q=${encodeURIComponent(name)}`);
  await expect(page.getByRole("gridcell", { name, exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Export" }).click();
  const download = page.waitForEvent("download");
  await menu(page, "Export as CSV").click();
  const text = await readFile(await (await download).path(), "utf8");
  expect(text).toContain("Opportunity,Account,Amount,Amount currency");
  expect(text).toContain(name);
  expect(text).toContain("'=1+1");
});

test("many are changed at once, what is refused is told, and all is undone", async ({ page }) => {
  await signIn(page);
  const name = `Bulk ${RUN}`;
  for (const n of [1, 2, 3]) await made(page, "opportunities", { name: `${name} ${n}` });
  await page.goto(`/opportunities?q=${encodeURIComponent(name)}`);
  await page.getByRole("checkbox", { name: "Select all loaded rows" }).click();
  const bar = page.getByRole("region", { name: "Selected rows" });
  await expect(bar).toContainText("3 selected");
  await bar.getByRole("button", { name: "Tags" }).click();
  await page.getByLabel("Tags, with commas between them").fill("urgent");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const toast = page.getByText("3 opportunities tagged");
  await expect(toast).toBeVisible();
  const tagged = `/api/v1/opportunities?tag=urgent&q=${encodeURIComponent(name)}&count=true`;
  const count = async () => ((await (await page.request.get(tagged)).json()) as { total: number }).total;
  expect(await count()).toBe(3);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Undone")).toBeVisible();
  expect(await count()).toBe(0);

  // One has been changed by somebody else meanwhile.
  await page.getByRole("checkbox", { name: "Select all loaded rows" }).click();
  await expect(bar).toContainText("3 selected");
  const found = (await (await page.request.get(`/api/v1/opportunities?q=${encodeURIComponent(name)}`)).json()) as {
    items: { id: string; version: number; name: string }[];
  };
  const other = found.items[0];
  if (!other) throw new Error("no such deal");
  await page.route("**/api/v1/bulk-changes", async (route) => {
    await page.request.patch(`/api/v1/opportunities/${other.id}`, {
      data: { close_date: "2027-01-01", version: other.version },
    });
    await route.continue();
  });
  await bar.getByRole("button", { name: "Set field" }).click();
  await page.getByRole("option", { name: "Next step" }).click();
  await page.getByRole("textbox", { name: "Next step" }).fill("Call");
  await page.keyboard.press("Enter");
  const refused = page.getByRole("dialog", { name: "1 opportunity refused" });
  await expect(refused).toContainText(other.name);
  await expect(refused).toContainText("2 of 3 changed.");
  await accessible(page);
  await refused.getByRole("button", { name: "Undo the 2" }).click();
  await expect(page.getByText("Undone").last()).toBeVisible();
});
