import { createHmac } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { PASSWORD, signIn } from "./sign-in";

const PERSON = "readonly@demo.test";
const NEW_PASSWORD = "a new horse battery";

/** The newest link to a page in the letters that the server wrote for somebody. */
function linkTo(page: string, to: string): string | null {
  const folder = process.env.MAIL_DIR;
  if (!folder || !existsSync(folder)) return null;
  const letters = readdirSync(folder)
    .filter((name) => name.endsWith(".eml"))
    .sort()
    .map((name) =>
      readFileSync(join(folder, name), "utf8")
        .replaceAll(/=\r?\n/g, "")
        .replaceAll("=3D", "="),
    )
    .filter((letter) => letter.includes(`To: ${to}`));
  return new RegExp(`/${page}#[\\w-]+`).exec(letters.at(-1) ?? "")?.[0] ?? null;
}

/** What an authenticator app shows for a base-32 secret, so many steps from now. */
function code(secret: string, steps = 0): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = Array.from(secret.replaceAll(/\s/g, ""), (c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join(
    "",
  );
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", key).update(step).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const offer = async (page: Page, email: string, password: string) => {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
};
const inside = (page: Page) => expect(page.getByRole("heading", { name: /^Today/ })).toBeVisible();

test.describe.configure({ mode: "serial" });
test.describe("somebody who forgets and then takes care", () => {
  let page: Page;
  let secret = "";
  let recovery = "";
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
  });
  test.afterAll(() => page.close());

  test("gets a link by mail and sets a new password, once", async () => {
    await page.goto("/sign-in");
    await page.getByRole("link", { name: "Forgot it?" }).click();
    await page.getByLabel("E-mail").fill(PERSON);
    await accessible(page);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("status")).toContainText("a letter with a link is on its way");
    await expect.poll(() => linkTo("reset-password", PERSON), { timeout: 20_000 }).not.toBeNull();
    const link = linkTo("reset-password", PERSON) ?? "";
    await page.goto(link);
    await expect(page.getByText(PERSON)).toBeVisible();
    await expect(page).not.toHaveURL(/#/);
    await page.getByLabel("New password").fill("short");
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByRole("alert")).toContainText("at least 10 characters");
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByRole("heading", { name: "Your password is set" })).toBeVisible();
    await page.goto(link);
    await page.reload();
    await expect(page.getByRole("heading", { name: "This link is no good any more" })).toBeVisible();
  });

  test("sets up an authenticator app and keeps the recovery codes", async () => {
    await offer(page, PERSON, NEW_PASSWORD);
    await inside(page);
    await page.goto("/security");
    await expect(page.getByText("This one")).toBeVisible();
    await accessible(page);
    await page.getByRole("button", { name: "Set up" }).click();
    await expect(page.getByRole("img", { name: "QR code for an authenticator app" })).toBeVisible();
    secret = (await page.getByTestId("totp-secret").textContent()) ?? "";
    await page.getByLabel("The code that the app shows now").fill(code(secret, -1));
    await page.getByRole("button", { name: "Turn it on" }).click();
    const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
    await expect(codes).toHaveCount(10);
    recovery = (await codes.first().textContent()) ?? "";
    await page.getByRole("button", { name: "I have kept them" }).click();
    await expect(page.getByText("10 of your recovery codes are left")).toBeVisible();
  });

  test("is asked for a code, or for a recovery code", async ({ browser }) => {
    const elsewhere = await (await browser.newContext()).newPage();
    await offer(elsewhere, PERSON, NEW_PASSWORD);
    await expect(elsewhere.getByRole("heading", { name: "One more step" })).toBeVisible();
    await accessible(elsewhere);
    await elsewhere.getByLabel("Six-digit code").fill("000000");
    await elsewhere.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(elsewhere.getByRole("alert")).toContainText("This code is wrong");
    await elsewhere.getByLabel("Six-digit code").fill(code(secret));
    await elsewhere.getByRole("button", { name: "Sign in", exact: true }).click();
    await inside(elsewhere);
    await elsewhere.context().clearCookies();
    await offer(elsewhere, PERSON, NEW_PASSWORD);
    await elsewhere.getByRole("button", { name: "Use a recovery code" }).click();
    await elsewhere.getByLabel("Recovery code").fill(recovery);
    await elsewhere.getByRole("button", { name: "Sign in", exact: true }).click();
    await inside(elsewhere);
    await elsewhere.close();
  });

  test("ends the other sessions, removes the app and sets the old password", async () => {
    await page.reload();
    await page.getByRole("button", { name: "End all others" }).click();
    await expect(page.getByRole("button", { name: "End all others" })).toHaveCount(0);
    await page.getByRole("button", { name: "Remove" }).click();
    await expect(page.getByRole("button", { name: "Set up" })).toBeVisible();
    await page.getByLabel("New password").fill(PASSWORD);
    await page.getByRole("button", { name: "Change it" }).click();
    await expect(page.getByText("Your password is changed").first()).toBeVisible();
  });
});

test("an administrator shapes how people sign in", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/sign-in");
  await expect(page.getByText("No mail server")).toBeVisible();
  await accessible(page);
  const length = page.getByLabel("Password length, at least");
  await length.fill("3");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("between 8 and 64");
  for (const value of ["12", "10"]) {
    await length.fill(value);
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Sign-in is changed").first()).toBeVisible();
    await page.reload();
    await expect(length).toHaveValue(value);
  }
});

test("a rep does not", async ({ page }) => {
  await signIn(page, "rep@demo.test");
  await page.goto("/admin/sign-in");
  await expect(page.getByText("This page could not be shown")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save" })).toHaveCount(0);
});
