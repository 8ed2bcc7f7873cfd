import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Rows of a long list beyond these are like them, and looking at each one takes axe longer than all the rest of a page. */
const ROWS = 12;

/** What axe finds on the page as it stands; in dark, what the colours alone can make wrong. */
export async function accessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    // A page that is still drawing may be looked at too early; what stays wrong fails.
    await expect(async () => {
      const axe = new AxeBuilder({ page }).exclude(
        `:is([role="row"], tr, li, [role="listitem"]):nth-child(n + ${ROWS + 1})`,
      );
      if (colorScheme === "dark") axe.withRules(["color-contrast"]);
      else axe.withTags(["wcag2a", "wcag2aa", "wcag22aa"]);
      const { violations } = await axe.analyze();
      expect(violations.map((v) => `${colorScheme} ${v.id}: ${v.nodes[0]?.html ?? ""}`)).toEqual([]);
    }).toPass({ timeout: 15_000 });
  }
}
