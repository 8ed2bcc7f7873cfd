import { expect, test, type Page } from "@playwright/test";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36);
const NAME = `Okta ${RUN}`;
const DOMAIN = `${RUN}.example`;

test.describe.configure({ mode: "serial" });
test.describe("an administrator", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    await signIn(page);
  });
  test.afterAll(() => page.close());

  test("is told what is wrong with a provider", async () => {
    await page.goto("/admin/single-sign-on");
    await page.getByRole("link", { name: /Another provider/ }).click();
    await page.getByRole("button", { name: "Add provider" }).click();
    await expect(page.getByText("Enter the client id.")).toBeVisible();
    await page.getByLabel("Issuer").fill("https://10.0.0.1");
    await page.getByRole("button", { name: "Test connection" }).click();
    await expect(page.getByText(/a private address is not asked/)).toBeVisible();
  });

  test("sets a provider up, with what its groups stand for", async () => {
    await page.getByLabel(/^Name/).fill(NAME);
    await page.getByLabel("Issuer").fill("https://idp.example");
    await page.getByLabel("Client ID").fill("dealwright");
    await page.getByLabel("Client secret").fill("secret");
    await page.getByLabel("E-mail domains").fill(DOMAIN);
    await page.getByRole("button", { name: "Add a mapping" }).click();
    await page.getByLabel("Value of mapping 1").fill("sales");
    await page.getByLabel("What mapping 1 stands for").selectOption({ label: "Sales Rep" });
    await page.getByRole("button", { name: "Add provider" }).click();
    await expect(page.getByRole("heading", { name: NAME })).toBeVisible();
    await expect(page.getByText(/\/auth\/oidc\/callback$/)).toBeVisible();
    await expect(page.getByText("One is kept.", { exact: false })).toBeVisible();
    await expect(page.getByLabel("Value of mapping 1")).toHaveValue("sales");
  });

  test("makes a token for provisioning, which is shown once", async () => {
    await page.getByRole("button", { name: "Make a token" }).click();
    await expect(page.getByText(/^dws_/)).toBeVisible();
    await page.reload();
    await expect(page.getByRole("button", { name: "Replace the token" })).toBeVisible();
    await expect(page.getByText(/^dws_/)).toHaveCount(0);
  });

  test("sees the button at the door, for the domain alone", async ({ browser }) => {
    const visitor = await browser.newPage();
    await visitor.goto("/sign-in");
    await visitor.getByLabel("E-mail").fill(`ghost@${DOMAIN}`);
    const button = visitor.getByRole("link", { name: `Sign in with ${NAME}` });
    await expect(button).toHaveAttribute("href", /^\/auth\/oidc\/[0-9a-f-]+\/start\?/);
    // The provider is the way: a password is for who asks for it.
    const password = visitor.getByLabel("Password", { exact: true });
    await expect(password).toHaveCount(0);
    await visitor.getByRole("button", { name: "Use a password instead" }).click();
    await expect(password).toBeVisible();
    await visitor.reload();
    await visitor.getByLabel("E-mail").fill(`ghost@${DOMAIN}`);
    await expect(button).toBeVisible();
    await visitor.getByLabel("E-mail").fill("ghost@elsewhere.example");
    await expect(button).toHaveCount(0);
    // The provider can't be reached: the door says so.
    await visitor.goto("/sign-in?error=sso_provider_unreachable");
    await expect(visitor.getByRole("alert")).toHaveText(/did not answer/);
    await visitor.close();
  });

  test("removes the provider", async () => {
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByRole("heading", { name: "Single sign-on" })).toBeVisible();
    await expect(page.getByRole("link", { name: NAME })).toHaveCount(0);
  });
});

test("a rep is refused", async ({ page }) => {
  await signIn(page, "rep@demo.test");
  await page.goto("/admin/single-sign-on");
  await expect(page.getByRole("heading", { name: "Single sign-on" })).toHaveCount(0);
  const answer = await page.request.get("/api/v1/identity-providers");
  expect(answer.status()).toBe(403);
});
