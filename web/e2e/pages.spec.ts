import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { signIn } from "./sign-in";

const PAGES = [
  ["home", "/"],
  ["list", "/opportunities"],
  ["board", "/opportunities/board"],
  ["accounts", "/accounts"],
  ["contacts", "/contacts"],
  ["tasks", "/tasks"],
  ["approvals", "/approvals"],
  ["people", "/admin/people"],
  ["roles", "/admin/roles"],
  ["sessions", "/admin/sessions"],
  ["pipelines", "/admin/pipelines"],
  ["products", "/admin/products"],
  ["import", "/admin/imports"],
] as const;

test("sign-in has no accessibility violation", async ({ page }) => {
  await page.goto("/sign-in");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag22aa"]).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ""}`)).toEqual([]);
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });
    for (const [name, path] of PAGES) {
      test(`${name} has no accessibility violation`, async ({ page }) => {
        const errors: string[] = [];
        page.on("pageerror", (error) => errors.push(error.message));
        await signIn(page);
        await page.goto(path);
        await expect(page.locator("main")).toBeVisible();
        await page.waitForLoadState("load");
        await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
        const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag22aa"]).analyze();
        expect(violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ""}`)).toEqual([]);
        expect(errors).toEqual([]);
      });
    }
  });
}
