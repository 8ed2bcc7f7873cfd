import type { Locator, Page } from "@playwright/test";

export const assistant = (page: Page) => page.getByRole("complementary", { name: "Assistant" });

/** Asks in the panel, which is opened if it is not; what comes of it. */
export async function ask(page: Page, goal: string): Promise<Locator> {
  const button = page.getByRole("button", { name: "Assistant", exact: true });
  await button.waitFor();
  if ((await button.getAttribute("aria-pressed")) !== "true") await button.click();
  const box = assistant(page).getByRole("textbox", { name: "Ask the assistant" });
  await box.fill(goal);
  await box.press("Enter");
  return assistant(page).getByRole("region", { name: goal });
}
