import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** In both themes: what axe finds on the page as it stands. */
export async function accessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    // A page that is still drawing may be looked at too early; what stays wrong fails.
    await expect(async () => {
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag22aa"]).analyze();
      expect(violations.map((v) => `${colorScheme} ${v.id}: ${v.nodes[0]?.html ?? ""}`)).toEqual([]);
    }).toPass({ timeout: 15_000 });
  }
}
