import { chromium } from "playwright";
const base = process.argv[2];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.on("console", (m) => { if (["error", "warning"].includes(m.type())) console.log(m.type(), page.url(), m.text().slice(0, 300)); });
page.on("pageerror", (e) => console.log("pageerror", e.message));
await page.goto(base + "/sign-in");
await page.getByLabel(/e-?mail/i).fill("admin@demo.test");
await page.getByLabel("Password", { exact: true }).fill("demo-password");
await page.getByRole("button", { name: "Sign in", exact: true }).click();
await page.waitForTimeout(2500);
for (const path of ["/", "/opportunities", "/opportunities?view=board", "/board", "/accounts", "/contacts", "/tasks", "/imports", "/assistant", "/admin/pipelines", "/admin/roles", "/design"]) {
  await page.goto(base + path); await page.waitForTimeout(1200);
}
await page.goto(base + "/opportunities"); await page.waitForTimeout(1000);
await page.keyboard.press("Control+k"); await page.waitForTimeout(500);
await page.screenshot({ path: "/tmp/sec_app.png" });
await page.goto(base + "/docs/"); await page.waitForTimeout(3000);
console.log("docs operations", await page.locator(".opblock").count());
await page.locator(".opblock").first().click(); await page.waitForTimeout(800);
await page.screenshot({ path: "/tmp/sec_docs.png" });
await browser.close();
