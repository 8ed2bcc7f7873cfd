/** An account's tree, its plan, and a person who changes jobs. */
import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

/** Names of one's own in each run, so that the story can be told twice to one server. */
const RUN = Date.now().toString(36).toUpperCase();

async function made(page: Page, kind: "accounts" | "contacts", data: Record<string, unknown>): Promise<string> {
  const answer = await page.request.post(`/api/v1/${kind}`, { data: { ...data, allow_duplicates: true } });
  expect(answer.ok(), await answer.text()).toBe(true);
  return ((await answer.json()) as { id: string }).id;
}

const saved = (page: Page, path: RegExp) =>
  page.waitForResponse((r) => path.test(new URL(r.url()).pathname) && r.request().method() !== "GET" && r.ok());

async function choose(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole("dialog").getByLabel(label).click();
  // What is typed before the list has the focus is lost.
  await expect(page.getByRole("listbox")).toBeVisible();
  await page.keyboard.type(text);
  await page
    .getByRole("option", { name: new RegExp(text) })
    .first()
    .click();
}

test("an account is put below another, planned for, and remembers who has left", async ({ page }) => {
  await signIn(page);
  const top = await made(page, "accounts", { name: `Holding ${RUN}` });
  const unit = await made(page, "accounts", { name: `Unit ${RUN}` });
  const ann = await made(page, "contacts", {
    first_name: "Ann",
    last_name: `Lee ${RUN}`,
    title: "CFO",
    account_id: unit,
  });

  // Below the holding, from the tree; the trail leads up, and the toast takes it back.
  await page.goto(`/accounts/${unit}?tab=hierarchy`);
  await page.getByRole("button", { name: `Move Unit ${RUN}` }).click();
  await page.getByRole("menuitem", { name: "Move below…" }).click();
  await choose(page, "Below", `Holding ${RUN}`);
  const moved = saved(page, /\/accounts\//);
  await page.getByRole("button", { name: "Move account" }).click();
  await moved;
  await expect(page.getByRole("navigation", { name: "Parent accounts" })).toContainText(`Holding ${RUN}`);
  await expect(page.getByRole("row", { name: new RegExp(`Unit ${RUN}`) })).toBeVisible();
  await accessible(page);
  await page.goto(`/accounts?parent_id.under=${top}`);
  await expect(page.getByRole("link", { name: `Unit ${RUN}` })).toBeVisible();

  // A plan, with a person and an objective that the deals measure.
  await page.goto(`/accounts/${unit}?tab=plan`);
  await page.getByRole("button", { name: "New plan" }).click();
  await page
    .getByRole("dialog")
    .getByLabel(/^Target/)
    .fill("50k");
  await page.getByRole("dialog").getByLabel("Goal").fill("Win the second plant");
  const planned = saved(page, /\/plans$/);
  await page.getByRole("button", { name: "Make plan" }).click();
  await planned;
  await expect(page.getByText("Win the second plant")).toBeVisible();
  await page.getByRole("button", { name: "Add a person" }).click();
  await choose(page, "Contact", `Ann Lee ${RUN}`);
  await page.getByLabel("Attitude").selectOption("supporter");
  await page.getByRole("button", { name: "Add person" }).click();
  await expect(page.getByText("Supporter")).toBeVisible();
  await page.getByRole("button", { name: "Add an objective" }).click();
  await page
    .getByRole("dialog")
    .getByLabel(/^Objective/)
    .fill("Open two deals");
  await page.getByLabel("Measured by").selectOption("open_count");
  await page.getByLabel(/^Target, deals/).fill("2");
  await page.getByRole("button", { name: "Add objective" }).click();
  await expect(page.getByText("0% of 2")).toBeVisible();
  await accessible(page);

  // Ann goes to the holding: there she is now, here she was.
  await page.goto(`/contacts/${ann}?tab=related`);
  await page.getByRole("button", { name: "Changed jobs" }).click();
  await choose(page, "Works at", `Holding ${RUN}`);
  await page.getByRole("dialog").getByLabel("Title").fill("CEO");
  const left = saved(page, /\/move$/);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await left;
  await expect(page.getByText("Former")).toBeVisible();
  await accessible(page);
  await page.goto(`/accounts/${unit}?tab=related`);
  await page.getByRole("button", { name: "Former" }).click();
  await expect(page.getByRole("link", { name: new RegExp(`Ann Lee ${RUN}`) })).toContainText(`now at Holding ${RUN}`);
  await accessible(page);
});
