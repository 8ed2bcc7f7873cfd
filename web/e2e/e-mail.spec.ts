/** Mailboxes: the clear error of a server that is not there, the address for copies, what comes by it, and the settings. */
import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

test("e-mail", async ({ page, baseURL }) => {
  await signIn(page);
  await page.goto("/e-mail");
  await page.getByRole("button", { name: "Connect a mailbox" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("IMAP server").fill("mail.invalid");
  await dialog.getByRole("button", { name: "Connect" }).click();
  await expect(dialog.getByText("Enter the password.")).toBeVisible();
  await dialog.getByLabel("Password").fill("not the right one");
  await dialog.getByRole("button", { name: "Connect" }).click();
  await expect(dialog.getByText("there is no server of this name")).toBeVisible();
  await accessible(page);
  await dialog.getByRole("button", { name: "Cancel" }).click();

  // A mail server hands over what somebody unknown wrote.
  const make = page.getByRole("button", { name: "Make an address" });
  const handed = page.getByRole("group", { name: "For a mail server" });
  // There once it has been made.
  await expect(make.or(handed).first()).toBeVisible();
  if (await make.isVisible()) await make.click();
  await expect(handed).toBeVisible();
  const path = ((await handed.textContent()) ?? "").replace(/^https?:\/\/[^/]+/, "");
  const from = `quokka${Date.now()}@mail.test`;
  const message = `From: Rosa Quokka <${from}>\r\nTo: us@else.test\r\nSubject: Hello there\r\nMessage-ID: <${from}>\r\n\r\nHow much?`;
  const taken = await page.request.post(`${baseURL ?? ""}${path}`, {
    data: message,
    headers: { "content-type": "message/rfc822" },
  });
  expect(taken.status()).toBe(202);
  await page.reload();
  await accessible(page);
  const row = page.getByRole("listitem").filter({ hasText: "Hello there" }).first();
  await row.getByRole("button", { name: "Make a contact" }).click();
  await expect(page.getByText("Message stored")).toBeVisible();

  const found = await page.request.get(`/api/v1/contacts?q=${encodeURIComponent(from)}`);
  const { items } = (await found.json()) as { items: { id: string }[] };
  await page.goto(`/contacts/${items[0]?.id ?? ""}`);
  await expect(page.getByText("How much?")).toBeVisible();
  await page.getByRole("button", { name: "conversation" }).click();
  await expect(page.getByRole("list", { name: "Conversation" })).toBeVisible();
  await expect(page.getByRole("link", { name: "E-mail" })).toHaveAttribute("href", new RegExp(`^mailto:${from}`));

  await page.goto("/admin/e-mail");
  await page.getByLabel("Address for copies").fill("crm@acme.test");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("E-mail settings saved")).toBeVisible();
  await accessible(page);
  await page.goto("/e-mail");
  await expect(page.getByRole("group", { name: "Your address" })).toContainText("@acme.test");
});
