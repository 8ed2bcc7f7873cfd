import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { ask } from "./assistant";
import { signIn } from "./sign-in";

const STAMP = Date.now() % 100_000;
const PERSON = `Wilhelmina Quist${STAMP}`;

test.describe.serial("a rep and the assistant", () => {
  let page: Page;
  let contact: string;
  let deal: string;
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page, "rep@demo.test");
    const made = async (path: string, data: object) => {
      const answer = await page.request.post(`/api/v1/${path}`, { data });
      expect(answer.ok(), await answer.text()).toBe(true);
      return ((await answer.json()) as { id: string }).id;
    };
    const email = `wilhelmina${STAMP}@quistwerk.example`;
    contact = await made("contacts", { first_name: "Wilhelmina", last_name: `Quist${STAMP}`, email });
    deal = await made("opportunities", { name: `Quistwerk cranes ${STAMP}`, primary_contact_id: contact });
    const happened = { kind: "call", subject: "Asked for the price list", occurred_at: new Date().toISOString() };
    await made("activities", { ...happened, opportunity_id: deal });
  });
  test.afterAll(() => page.close());

  test("asks what to do first, and is told why", async () => {
    await page.goto("/");
    await page.getByRole("button", { name: "Assistant", exact: true }).click();
    const run = await ask(page, "what should I do today?");
    await expect(run.getByText(/to do, the most pressing first|Nothing is due/)).toBeVisible();
    await expect(run.getByRole("button", { name: "Useful", exact: true })).toBeVisible();
    await accessible(page);
  });

  test("asks about the record at hand, and follows what was cited", async () => {
    await page.goto(`/opportunities/${deal}`);
    const run = await ask(page, "when did we last talk to them?");
    await expect(run.getByText(/The last contact was a call by .* “Asked for the price list”/)).toBeVisible();
    const reached = await ask(page, `what's the email address of ${PERSON}?`);
    await expect(reached.getByText(`E-mail: wilhelmina${STAMP}@quistwerk.example`)).toBeVisible();
    await reached.getByRole("link").first().click();
    await expect(page.getByRole("heading", { name: PERSON })).toBeVisible();
  });

  test("has a letter drafted, changes it, and opens it in the own mail program", async () => {
    await page.goto(`/opportunities/${deal}`);
    const run = await ask(page, "draft a follow-up email for this deal");
    const letter = run.getByRole("region", { name: `Draft to ${PERSON}` });
    await expect(letter.getByLabel("Subject")).toHaveValue(`Following up: Quistwerk cranes ${STAMP}`);
    await letter.getByLabel("Subject").fill("Cranes?");
    await letter.getByLabel("Text").fill("Hello\nthere");
    const link = letter.getByRole("link", { name: "Open in your mail" });
    await expect(link).toHaveAttribute(
      "href",
      /^mailto:wilhelmina\d+@quistwerk\.example\?.*subject=Cranes%3F&body=Hello%0D%0Athere$/,
    );
    await accessible(page);
  });

  test("has the next stage judged, and approves the move", async () => {
    const run = await ask(page, "suggest the next stage for this deal");
    const card = run.getByRole("article", { name: "Proposed change" });
    await expect(card.locator("ins").first()).toBeVisible();
    await card.getByRole("button", { name: "Approve 1" }).click();
    await expect(run.getByText(/Approved by/)).toBeVisible();
  });
});
