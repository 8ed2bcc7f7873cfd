/** Each screen of the administration: an administrator uses it, and a rep is refused or reads alone. What has a story of
 * its own elsewhere (people, roles, keys, master data, rules, sign-in) is opened here, and used there. */
import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36);

/** Path, heading, what a rep meets there, and a write that the server refuses them. */
const SCREENS: [path: string, heading: string, rep: "reads" | "refused", write: [path: string, body: object]][] = [
  ["organisation", "Organisation", "reads", ["pipelines", { name: "Mine" }]],
  ["people", "People and teams", "reads", ["users", { name: "Mine", email: "mine@demo.test", role_ids: [] }]],
  ["roles", "Roles", "refused", ["roles", { name: "Mine" }]],
  ["field-access", "Field access", "refused", ["roles", { name: "Mine" }]],
  ["sign-in", "Sign-in", "refused", ["users", { name: "Mine", email: "mine@demo.test", role_ids: [] }]],
  ["single-sign-on", "Single sign-on", "refused", ["domains/acme.example/verification", {}]],
  ["service-accounts", "Service accounts", "refused", ["service-accounts", { name: "Mine", role_ids: [] }]],
  ["pipelines", "Pipelines", "reads", ["pipelines", { name: "Mine" }]],
  ["lists", "Lists", "reads", ["options", { kind: "region", name: "Mine" }]],
  ["custom-fields", "Custom fields", "reads", ["custom-fields", { object: "contact", label: "Mine", kind: "text" }]],
  ["products", "Products", "reads", ["products", { name: "Mine" }]],
  ["price-lists", "Price lists", "reads", ["price-lists", { name: "Mine", currency: "EUR" }]],
  ["currencies", "Currencies", "reads", ["currency-rates", { rates: [] }]],
  ["task-templates", "Task templates", "reads", ["task-templates", { name: "Mine", title: "Mine" }]],
  [
    "approvals",
    "Approvals",
    "reads",
    ["approval-definitions", { name: "Mine", rules: { object: "lead", levels: [] } }],
  ],
  ["rules", "Validation rules", "refused", ["rules", { object: "account", name: "Mine", expression: "true" }]],
  ["assignment", "Assignment rules", "refused", ["assignment-rules", { name: "Mine" }]],
  ["scoring", "Lead scoring", "refused", ["lead-scoring/dry-run", { rules: [], bands: { a: 60, b: 40, c: 20 } }]],
  ["guardrails", "AI guardrails", "refused", ["guardrails/trial", { text: "Mine" }]],
  ["outside-tools", "Outside tools", "refused", ["tool-servers", { name: "mine", url: "https://mine.example/mcp" }]],
  ["ai-usage", "AI usage", "refused", ["budgets", { scope: "each", metric: "requests", period: "day", amount: "9" }]],
  ["model-calls", "Model calls", "refused", ["guardrails/trial", { text: "Mine" }]],
  ["ai-quality", "AI quality", "refused", ["guardrails/trial", { text: "Mine" }]],
  ["automations", "Automations", "refused", ["automations", { name: "Mine", object: "lead", steps: [], scopes: {} }]],
  ["agents", "Agents", "refused", ["routines/stalled_deals/dry-run", {}]],
  ["sla", "Service levels", "refused", ["sla-rules", { name: "Mine", object: "lead", measure: "first_response" }]],
  ["sla-calendars", "Working calendars", "refused", ["sla-calendars", { name: "Mine", week: {} }]],
  ["web-forms", "Web forms", "refused", ["web-forms", { title: "Mine" }]],
  ["duplicates", "Duplicates", "reads", ["duplicates/sweeps", { object: "account" }]],
  [
    "e-mail",
    "E-mail",
    "refused",
    [
      "mailboxes",
      {
        address: "crm@mine.example",
        host: "mail.example",
        port: 993,
        security: "tls",
        username: "crm",
        password: "Mine",
        of_organisation: true,
      },
    ],
  ],
  ["files", "Files", "refused", ["file-storage/scan", { everything: false }]],
  ["materials", "Playbooks and templates", "reads", ["materials", { kind: "script", title: "Mine", body: "Mine" }]],
  ["knowledge", "Search index", "refused", ["knowledge/reindex", {}]],
  ["imports", "Import", "refused", ["imports", {}]],
  ["configuration", "Configuration file", "reads", ["configuration", { version: 1, currency: "EUR" }]],
  ["audit", "Audit log", "refused", ["roles", { name: "Mine" }]],
];

test.describe("an administrator", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page);
  });
  test.afterAll(() => page.close());

  test("opens every screen from the menu", async () => {
    await page.goto("/admin/organisation");
    const menu = page.getByRole("navigation", { name: "Admin" });
    for (const [path] of SCREENS) {
      await menu.locator(`a[href="/admin/${path}"]`).click();
      await expect(page).toHaveURL(new RegExp(`/admin/${path}$`));
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    }
    await expect(menu.getByRole("link")).toHaveCount(SCREENS.length + 1);
  });

  test("makes what a deal belongs to read-only, which cannot be hidden", async () => {
    await page.goto("/admin/field-access");
    const account = page.getByLabel("Account for Read-only");
    await expect(account.locator("option")).toHaveText(["Full", "Read only"]);
    await account.selectOption("read_only");
    await expect(account).toHaveValue("read_only");
    await account.selectOption("full");
    await expect(account).toHaveValue("full");
    await expect(page.getByLabel("Amount for Read-only").locator("option")).toHaveCount(3);
  });

  test("adds and archives a custom field", async () => {
    await page.goto("/admin/custom-fields");
    await page.getByRole("button", { name: "New field of Contacts" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill(`Shoe size ${RUN}`);
    await page.getByRole("dialog").getByRole("button", { name: "Add field" }).click();
    const row = page.getByRole("list", { name: "Fields of Contacts" }).getByRole("listitem").filter({ hasText: RUN });
    await expect(row).toBeVisible();
    await row.getByRole("button", { name: /^More for/ }).click();
    await page.getByRole("menuitem", { name: "Archive" }).click();
    await expect(row).toContainText("Archived");
  });

  test("is told what to do at Entra, and that the only organisation needs no proof of a domain", async () => {
    await page.goto("/admin/single-sign-on/new?kind=entra");
    await expect(page.getByText("Directory (tenant) ID", { exact: true })).toBeVisible();
    await expect(page.getByText(/\/auth\/oidc\/callback$/)).toBeVisible();
    const answer = await page.request.post("/api/v1/identity-providers", {
      data: { name: `Id ${RUN}`, issuer: "https://idp.example", client_id: "x", domains: [`${RUN}.example`] },
    });
    const { id } = (await answer.json()) as { id: string };
    await page.goto(`/admin/single-sign-on/${id}`);
    await expect(page.getByText("Verified", { exact: true })).toBeVisible();
    await expect(page.getByText("the only organisation of this server", { exact: false })).toBeVisible();
    await accessible(page);
    await page.request.delete(`/api/v1/identity-providers/${id}`);
  });
});

test.describe("a rep", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page, "rep@demo.test");
  });
  test.afterAll(() => page.close());

  for (const [path, heading, meets, [write, data]] of SCREENS) {
    test(`${meets === "reads" ? "only reads" : "is refused"} ${heading.toLowerCase()}`, async () => {
      await page.goto(`/admin/${path}`);
      const settings = page.getByRole("region", { name: "Settings" });
      if (meets === "refused") {
        await expect(page.getByText("This page could not be shown")).toBeVisible();
        const link = page.getByRole("navigation", { name: "Admin" }).locator(`a[href="/admin/${path}"]`);
        await expect(link).toHaveCount(0);
      } else {
        await expect(settings.getByRole("heading", { level: 1, name: heading })).toBeVisible();
      }
      const shaping = /^(New|Add|Edit|Delete|Move|More for|Save) ?/;
      await expect(settings.getByRole("button", { name: shaping })).toHaveCount(0);
      const answer = await page.request.post(`/api/v1/${write}`, { data });
      expect(answer.status()).toBe(403);
    });
  }
});

test("the first column of a wide table stays on a phone while the rest scrolls", async ({ browser }) => {
  const page = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage();
  await signIn(page);
  for (const path of ["/admin/field-access", "/admin/roles"]) {
    await page.goto(path);
    const table = page.getByRole("table");
    const first = table.locator("tbody th[scope=row]").first();
    await expect(first).toBeVisible();
    const before = await first.boundingBox();
    await table.locator("..").evaluate((scroller) => scroller.scrollTo(200, 0));
    const after = await first.boundingBox();
    expect(after?.x).toBe(before?.x);
  }
  await page.close();
});
