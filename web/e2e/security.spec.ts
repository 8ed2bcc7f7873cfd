import { expect, test, type Page } from "@playwright/test";
import { signIn } from "./sign-in";

/** What the browser refused for the content security policy, on every page that is opened from now on. */
async function refusals(page: Page): Promise<string[]> {
  const refused: string[] = [];
  await page.exposeFunction("refusedByPolicy", (what: string) => refused.push(what));
  await page.addInitScript(() => {
    const tell = (window as unknown as { refusedByPolicy: (what: string) => void }).refusedByPolicy;
    document.addEventListener("securitypolicyviolation", (event) => {
      tell(`${location.pathname}: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return refused;
}

test("the app keeps to its own content security policy", async ({ page }) => {
  const refused = await refusals(page);
  await signIn(page, "admin@demo.test");
  for (const path of ["/", "/opportunities", "/opportunities/board", "/accounts", "/tasks", "/admin/roles"]) {
    await page.goto(path);
    await expect(page.locator("main")).toBeVisible();
    await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
  }
  await page.keyboard.press("ControlOrMeta+k");
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(refused).toEqual([]);
});

test("the API's pages work without inline scripts", async ({ page }) => {
  const refused = await refusals(page);
  await page.goto("/docs/");
  await expect(page.locator(".opblock").first()).toBeVisible();
  await page.locator(".opblock").first().click();
  expect(refused).toEqual([]);
});
