import { expect, type Page } from "@playwright/test";

export const PASSWORD = process.env.DEMO_PASSWORD ?? "demo-password";

/** Signs in by the API, and opens the first page. The sign-in page has tests of its own. */
export async function signIn(page: Page, email = "admin@demo.test"): Promise<void> {
  const answer = await page.request.post("/api/v1/session", { data: { email, password: PASSWORD } });
  expect(answer.ok(), await answer.text()).toBe(true);
  await page.goto("/");
  await expect(page.getByRole("heading", { name: /^Today/ })).toBeVisible();
}
