import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/**
 * What axe finds on the page as it stands, or in the dialog that stands over it; of a page in dark too, where only colours
 * differ, what it finds of colours. Dialogs are made of what pages are made of.
 */
export async function accessible(page: Page): Promise<void> {
  const inDialog = async () => (await page.getByRole("dialog").count()) > 0;
  for (const colorScheme of ["light", "dark"] as const) {
    if (colorScheme === "dark" && (await inDialog())) return;
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    // A page that is still drawing may be looked at too early; what stays wrong fails.
    await expect(async () => {
      const axe = new AxeBuilder({ page });
      // One that is closing may be gone by the next try.
      if (await inDialog()) axe.include("[role=dialog]");
      if (colorScheme === "dark") axe.withRules(["color-contrast"]);
      else axe.withTags(["wcag2a", "wcag2aa", "wcag22aa"]);
      const { violations } = await axe.analyze();
      expect(violations.map((v) => `${colorScheme} ${v.id}: ${v.nodes[0]?.html ?? ""}`)).toEqual([]);
    }).toPass({ timeout: 15_000 });
  }
}
