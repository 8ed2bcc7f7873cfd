import { expect, test, type CDPSession, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

const RUN = Date.now().toString(36);
const PERSON = `pia-${RUN}@demo.test`;
const PASSWORD = "a new horse battery";

/** A device in the browser that verifies its owner. It answers only while somebody is there. */
class Device {
  private constructor(
    private readonly cdp: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async of(page: Page): Promise<Device> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: false,
      },
    });
    return new Device(cdp, authenticatorId);
  }

  /** Somebody puts their finger on it while this happens. */
  async touched(during: () => Promise<void>): Promise<void> {
    const { cdp, authenticatorId } = this;
    await cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: true });
    await during();
    await cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: false });
  }
}

const inside = (page: Page) => expect(page.getByRole("heading", { name: /^Today/ })).toBeVisible();
const offer = async (page: Page) => {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(PERSON);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
};

test.describe.configure({ mode: "serial" });
test.describe("somebody with a passkey", () => {
  let page: Page;
  let device: Device;
  test.beforeAll(async ({ browser }) => {
    const admin = await browser.newPage();
    await signIn(admin);
    const roles = (await (await admin.request.get("/api/v1/roles")).json()) as {
      items: { id: string; name: string }[];
    };
    const role_ids = roles.items.filter((role) => role.name === "Sales Rep").map((role) => role.id);
    const made = await admin.request.post("/api/v1/users", {
      data: { name: `Pia ${RUN}`, email: PERSON, password: PASSWORD, role_ids },
    });
    expect(made.status()).toBe(201);
    await admin.close();
    page = await (await browser.newContext()).newPage();
    device = await Device.of(page);
  });
  test.afterAll(() => page.close());

  test("makes one and keeps the recovery codes", async () => {
    await offer(page);
    await inside(page);
    await page.goto("/security");
    await device.touched(async () => {
      await page.getByRole("button", { name: "Add a passkey" }).click();
      await expect(page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem")).toHaveCount(10);
    });
    await accessible(page);
    await page.getByRole("button", { name: "I have kept them" }).click();
    const mine = page.getByRole("list", { name: "Your passkeys" });
    await expect(mine).toContainText("Chrome on Linux");
    await expect(mine).toContainText("not used yet");
    await page.getByRole("button", { name: "Rename Chrome on Linux" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Office laptop");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(mine).toContainText("Office laptop");
    await accessible(page);
  });

  test("signs in without an address or a password", async () => {
    await page.context().clearCookies();
    await page.goto("/sign-in");
    await expect(page.getByRole("button", { name: "Sign in with a passkey" })).toBeVisible();
    await accessible(page);
    await device.touched(async () => {
      await page.getByRole("button", { name: "Sign in with a passkey" }).click();
      await inside(page);
    });
    await page.goto("/security");
    await expect(page.getByRole("list", { name: "Your passkeys" })).toContainText("last used");
  });

  test("shows it after the password", async () => {
    await page.context().clearCookies();
    await offer(page);
    await expect(page.getByRole("heading", { name: "One more step" })).toBeVisible();
    await accessible(page);
    await device.touched(async () => {
      await page.getByRole("button", { name: "Use a passkey" }).click();
      await inside(page);
    });
  });

  test("confirms with it, and removes it", async () => {
    await page.goto("/security");
    // As if it were ten minutes later.
    let stale = true;
    await page.route("**/api/v1/me/passkeys/*", async (route) => {
      if (route.request().method() !== "DELETE" || !stale) return route.continue();
      stale = false;
      await route.fulfill({
        status: 403,
        contentType: "application/problem+json",
        json: { type: "about:blank", title: "Forbidden", status: 403, code: "reauthentication_required" },
      });
    });
    await page.getByRole("button", { name: "Remove Office laptop" }).click();
    const dialog = page.getByRole("dialog", { name: "Confirm that it is you" });
    await expect(dialog).toBeVisible();
    await accessible(page);
    await device.touched(async () => {
      await dialog.getByRole("button", { name: "Use a passkey" }).click();
      await expect(page.getByText("The passkey is removed").first()).toBeVisible();
    });
    await expect(page.getByRole("list", { name: "Your passkeys" })).toHaveCount(0);
    await page.context().clearCookies();
    await offer(page);
    await inside(page);
  });
});

test("an administrator ends a person's sessions and takes their second factor away", async ({ page, browser }) => {
  const theirs = await (await browser.newContext()).newPage();
  const device = await Device.of(theirs);
  await offer(theirs);
  await inside(theirs);
  await theirs.goto("/security");
  await device.touched(async () => {
    await theirs.getByRole("button", { name: "Add a passkey" }).click();
    await expect(theirs.getByRole("list", { name: "Recovery codes" })).toBeVisible();
  });
  await signIn(page);
  await page.goto("/admin/people");
  await page.getByRole("button", { name: `Actions for Pia ${RUN}` }).click();
  await page.getByRole("menuitem", { name: "End sessions" }).click();
  await accessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "End sessions" }).click();
  await expect(page.getByText("1 session ended").first()).toBeVisible();
  await theirs.goto("/opportunities");
  await expect(theirs).toHaveURL(/sign-in/);
  await page.getByRole("button", { name: `Actions for Pia ${RUN}` }).click();
  await page.getByRole("menuitem", { name: "Reset second factor" }).click();
  await page.getByRole("button", { name: "Take it away" }).click();
  await expect(page.getByText(/has no second factor any more/).first()).toBeVisible();
  await offer(theirs);
  await inside(theirs);
  await theirs.close();
  await page.goto("/admin/sign-in");
  await page.getByRole("button", { name: "End all sessions" }).click();
  await expect(page.getByRole("dialog")).toContainText("Everyone signs in again");
  await accessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
});

test("a rep does neither", async ({ page }) => {
  await signIn(page, "rep@demo.test");
  const me = (await (await page.request.get("/api/v1/me")).json()) as { user: { id: string } };
  for (const path of [`users/${me.user.id}/sessions`, `users/${me.user.id}/second-factor`, "organisation/sessions"]) {
    expect((await page.request.delete(`/api/v1/${path}`)).status(), path).toBe(403);
  }
});
