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

test("signing out leaves nothing of the records behind", async ({ page }) => {
  await signIn(page, "admin@demo.test");
  await page.goto("/opportunities");
  await expect(page.locator("main")).toBeVisible();
  await page.getByRole("button", { name: /account and theme/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await expect(page.getByRole("table")).toHaveCount(0);
});

test("markup in a name is shown, not run", async ({ page }) => {
  const refused = await refusals(page);
  await signIn(page, "admin@demo.test");
  const name = "<img src=x onerror=alert(1)><b>Bold</b>";
  const made = await page.request.post("/api/v1/accounts", { data: { name } });
  expect(made.status()).toBe(201);
  const { id, version } = (await made.json()) as { id: string; version: number };
  page.on("dialog", () => refused.push("a script ran"));
  await page.goto(`/accounts/${id}`);
  await expect(page.getByText(name).first()).toBeVisible();
  expect(refused).toEqual([]);
  await page.request.delete(`/api/v1/accounts/${id}`, { headers: { "if-match": `"${String(version)}"` } });
});
