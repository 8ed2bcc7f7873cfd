import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/**
 * What axe finds on the page as it stands, or in the dialog that stands over it; in dark, where only colours differ, what it
 * finds of colours.
 */
export async function accessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    // A page that is still drawing may be looked at too early; what stays wrong fails.
    await expect(async () => {
      const axe = new AxeBuilder({ page });
      if ((await page.getByRole("dialog").count()) > 0) axe.include("[role=dialog]");
      if (colorScheme === "dark") axe.withRules(["color-contrast"]);
      else axe.withTags(["wcag2a", "wcag2aa", "wcag22aa"]);
      const { violations } = await axe.analyze();
      expect(violations.map((v) => `${colorScheme} ${v.id}: ${v.nodes[0]?.html ?? ""}`)).toEqual([]);
    }).toPass({ timeout: 15_000 });
  }
}
