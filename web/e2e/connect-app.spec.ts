import { createHash, randomBytes } from "node:crypto";
import { expect, test, type APIRequestContext, type Page } from "@playwright/test";
import { PASSWORD } from "./sign-in";

const BACK = "http://127.0.0.1:33418/callback";
const NAME = `Desk agent ${Date.now().toString(36)}`;

/** What an app does before it opens a browser: it registers, and makes its challenge. */
async function begin(request: APIRequestContext, resource: string) {
  const made = await request.post("/oauth/register", { data: { client_name: NAME, redirect_uris: [BACK] } });
  const { client_id } = (await made.json()) as { client_id: string };
  const verifier = randomBytes(32).toString("base64url");
  const described = await request.get(`/.well-known/oauth-protected-resource${resource}`);
  const asked = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: BACK,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    resource: ((await described.json()) as { resource: string }).resource,
    state: "12345678901234567890",
  });
  return { client_id, verifier, address: `/oauth/authorize?${asked.toString()}` };
}

/** Where the browser is sent when the person has decided: nobody listens there. */
async function answered(page: Page, decide: () => Promise<void>): Promise<URLSearchParams> {
  const sent = page.waitForRequest((one) => one.url().startsWith(BACK));
  await page.route(`${BACK}**`, (route) => route.fulfill({ contentType: "text/html", body: "Back in the app" }));
  await decide();
  return new URL((await sent).url()).searchParams;
}

test("a person who is not signed in signs in, is asked, connects an app and disconnects it", async ({
  page,
  request,
}) => {
  const app = await begin(request, "/mcp");
  await page.goto(app.address);
  await page.getByLabel("E-mail").fill("rep@demo.test");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: `Connect “${NAME}”?` })).toBeVisible();
  await expect(page.getByText("this computer")).toBeVisible();
  // Reading is what is chosen until the person chooses more.
  await expect(page.getByLabel("Only look things up")).toBeChecked();
  await page.getByLabel("Look things up and propose changes").check();
  const answer = await answered(page, () => page.getByRole("button", { name: "Connect", exact: true }).click());
  expect(answer.get("state")).toBe("12345678901234567890");
  const given = await request.post("/oauth/token", {
    form: {
      grant_type: "authorization_code",
      client_id: app.client_id,
      code: answer.get("code") ?? "",
      code_verifier: app.verifier,
      redirect_uri: BACK,
    },
  });
  const { access_token, scope } = (await given.json()) as { access_token: string; scope: string };
  expect(scope).toBe("read propose");
  const tools = () =>
    request.post("/mcp", {
      headers: { Authorization: `Bearer ${access_token}`, Accept: "application/json, text/event-stream" },
      data: { jsonrpc: "2.0", id: 1, method: "tools/list" },
    });
  expect((await tools()).status()).toBe(200);

  await page.goto("/admin/api-keys");
  const row = page.getByRole("row", { name: new RegExp(NAME) });
  await expect(row).toContainText("Connected");
  await row.getByRole("button", { name: `Disconnect: ${NAME}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await expect(row).toContainText("Disconnected");
  expect((await tools()).status()).toBe(401);
});

test("a person says no, and a wrong request is not agreed to", async ({ page, request }) => {
  await page.request.post("/api/v1/session", { data: { email: "rep@demo.test", password: PASSWORD } });
  const app = await begin(request, "/mcp/read-only");
  await page.goto(app.address);
  await expect(page.getByLabel("Look things up and propose changes")).toHaveCount(0);
  const answer = await answered(page, () => page.getByRole("button", { name: "Don’t connect" }).click());
  expect(answer.get("error")).toBe("access_denied");
  await page.goto(app.address.replace("S256", "plain"));
  await expect(page.getByText(/The app has asked wrongly/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Connect", exact: true })).toHaveCount(0);
  await page.goto(app.address.replace("33418", "33418%2Fevil"));
  await expect(page.getByText(/an address that it has not registered/i)).toBeVisible();
});
