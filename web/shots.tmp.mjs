import { chromium } from "playwright";
const base = process.env.BASE ?? "http://localhost:8210";
const want = process.argv.slice(2);
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-gpu"] });
const state = await (async () => {
  const c = await b.newContext();
  const r = await c.request.post(base + "/api/v1/session", { data: { email: process.env.AS ?? "admin@demo.test", password: "demo-password" }, headers: { origin: base } });
  if (!r.ok()) throw new Error(await r.text());
  return c.storageState();
})();
export const pages = [];
const sizes = { d: { width: 1440, height: 900 }, m: { width: 390, height: 844 } };
for (const spec of want) {
  const [name, path, ...clicks] = spec.split("|");
  for (const [s, viewport] of Object.entries(sizes)) for (const scheme of (process.env.SCHEMES ?? "light,dark").split(",")) {
    const c = await b.newContext({ storageState: state, viewport, colorScheme: scheme, baseURL: base });
    const p = await c.newPage(); p.setDefaultTimeout(5000);
    p.on("pageerror", (e) => console.log(name, "pageerror", e.message));
    p.on("console", (m) => m.type() === "error" && console.log(name, "console", m.text().slice(0, 200)));
    await p.goto(path); await p.waitForLoadState("networkidle").catch(() => {});
    try {
      for (const k of clicks) {
        if (k.startsWith("key:")) await p.keyboard.press(k.slice(4));
        else if (k.startsWith("tab:")) await p.getByRole("tab", { name: k.slice(4) }).click();
        else if (k.startsWith("menu:")) await p.getByRole("menuitem", { name: k.slice(5) }).click();
        else if (k.startsWith("link:")) await p.getByRole("link", { name: k.slice(5) }).first().click();
        else if (k.startsWith("text:")) await p.getByText(k.slice(5)).first().click();
        else await p.getByRole("button", { name: k }).first().click();
        await p.waitForTimeout(400); await p.waitForLoadState("networkidle").catch(() => {});
      }
    } catch (e) { console.log(name, s, "click failed", e.message.split("\n")[0]); }
    await p.screenshot({ path: `/tmp/shots/${name}-${s}-${scheme}.png` });
    await c.close();
  }
}
await b.close();
