import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const PAGES = [
  ["home", "/"],
  ["list", "/opportunities"],
  ["board", "/opportunities/board"],
  ["accounts", "/accounts"],
  ["contacts", "/contacts"],
  ["tasks", "/tasks"],
  ["my day", "/tasks?view=day"],
  ["calendar", "/tasks?view=calendar"],
  ["approvals", "/approvals"],
  ["proposals", "/proposals"],
  ["approved proposals", "/proposals?status=approved"],
  ["what the assistant was asked", "/assistant"],
  ["people", "/admin/people"],
  ["teams", "/admin/people?tab=teams"],
  ["roles", "/admin/roles"],
  ["profile", "/profile"],
  ["my e-mail", "/e-mail"],
  ["e-mail settings", "/admin/e-mail"],
  ["field access", "/admin/field-access"],
  ["single sign-on", "/admin/single-sign-on"],
  ["a new identity provider", "/admin/single-sign-on/new?kind=entra"],
  ["sign-in settings", "/admin/sign-in"],
  ["security", "/security"],
  ["pipelines", "/admin/pipelines"],
  ["lists", "/admin/lists"],
  ["custom fields", "/admin/custom-fields"],
  ["products", "/admin/products"],
  ["price lists", "/admin/price-lists"],
  ["task templates", "/admin/task-templates"],
  ["currencies", "/admin/currencies"],
  ["organisation", "/admin/organisation"],
  ["what needs approval", "/admin/approvals"],
  ["an approval", "/admin/approvals/new"],
  ["rules", "/admin/rules"],
  ["rule", "/admin/rules/new"],
  ["automations", "/admin/automations"],
  ["automation", "/admin/automations/new"],
  ["agents", "/admin/agents"],
  ["assignment rules", "/admin/assignment"],
  ["service levels", "/admin/sla"],
  ["service level", "/admin/sla/new"],
  ["working calendars", "/admin/sla-calendars"],
  ["playbooks", "/admin/materials"],
  ["a new e-mail template", "/admin/materials/new?kind=email_template"],
  ["the search index", "/admin/knowledge"],
  ["search by meaning", "/search?q=pricing%20in%20banking"],
  ["lead scoring", "/admin/scoring"],
  ["AI guardrails", "/admin/guardrails"],
  ["outside tools", "/admin/outside-tools"],
  ["AI usage", "/admin/ai-usage"],
  ["model calls", "/admin/model-calls"],
  ["AI quality", "/admin/ai-quality"],
  ["sales dashboard", "/dashboards"],
  ["service levels dashboard", "/dashboards/service-levels"],
  ["web forms", "/admin/web-forms"],
  ["duplicates", "/admin/duplicates"],
  ["trash", "/trash"],
  ["import", "/admin/imports"],
  ["configuration file", "/admin/configuration"],
  ["keys", "/admin/api-keys"],
  ["service accounts", "/admin/service-accounts"],
  ["audit", "/admin/audit"],
] as const;

async function settled(page: Page): Promise<void> {
  await expect(page.locator("main")).toBeVisible();
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
}

test("sign-in has no accessibility violation", async ({ page }) => {
  await page.goto("/sign-in");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await accessible(page);
});

test.describe("signed in", () => {
  let page: Page;
  const errors: string[] = [];
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    page.on("pageerror", (error) => errors.push(error.message));
    await signIn(page);
  });
  test.afterAll(() => page.close());

  for (const [name, path] of PAGES) {
    test(`${name} has no accessibility violation`, async () => {
      await page.goto(path);
      await settled(page);
      await accessible(page);
      expect(errors).toEqual([]);
    });
  }

  for (const [name, path] of [
    ["an account", "/accounts"],
    ["a contact", "/contacts"],
  ] as const) {
    test(`${name} has no accessibility violation`, async () => {
      await page.goto(path);
      await page.getByRole("row").nth(1).getByRole("link").first().click();
      await expect(page).toHaveURL(new RegExp(`${path}/.`));
      await settled(page);
      await accessible(page);
      expect(errors).toEqual([]);
    });
  }

  test("a record with the assistant open has no accessibility violation", async () => {
    await page.goto("/opportunities");
    await page.getByRole("row").nth(1).getByRole("link").first().click();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.getByRole("button", { name: "Assistant", exact: true }).click();
    await expect(page.getByRole("textbox", { name: "Ask the assistant" })).toBeVisible();
    await settled(page);
    await accessible(page);
    expect(errors).toEqual([]);
  });
});
