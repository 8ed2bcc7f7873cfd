/** An administrator shapes who may do what; a rep is shown none of it. */
import { expect, test, type Page } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

/** Names of one's own in each run, so that the story can be told twice to one server. */
const RUN = Date.now().toString(36).toUpperCase();
const NAME = `Nora Newcomer ${RUN}`;
const ROLE = `Desk ${RUN}`;
const TEAM = `Harbour ${RUN}`;

test.describe.configure({ mode: "serial" });
test.describe("an administrator", () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext()).newPage();
    await signIn(page);
  });
  test.afterAll(() => page.close());

  test("makes a role as a copy, changes its grid, and keeps what is not saved in sight", async () => {
    await page.goto("/admin/roles");
    await page
      .getByRole("navigation", { name: "Roles" })
      .getByRole("link", { name: /^Sales Rep/ })
      .click();
    await page.getByRole("button", { name: "Duplicate" }).click();
    const dialog = page.getByRole("dialog", { name: "Duplicate Sales Rep" });
    await dialog.getByLabel("Name").fill(ROLE);
    await dialog.getByRole("button", { name: "Add role" }).click();
    await expect(page.getByRole("heading", { name: ROLE })).toBeVisible();

    await page.getByRole("button", { name: "Opportunities, View: Own" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Team" }).click();
    const changed = page.getByRole("button", { name: "Opportunities, View: Own, becomes Team" });
    await expect(changed).toBeVisible();
    // By the keys alone: one to the right, everything.
    await changed.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("3");
    await expect(page.getByRole("button", { name: "Opportunities, Create: Own, becomes All" })).toBeVisible();
    await expect(page.getByText("2 unsaved changes")).toBeVisible();
    await accessible(page);

    await page.getByRole("link", { name: "People and teams" }).click();
    await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Stay" }).click();
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByText(`${ROLE} saved`)).toBeVisible();
    await expect(page.getByRole("button", { name: "Opportunities, View: Team" })).toBeVisible();
  });

  test("cannot narrow the Administrator role", async () => {
    await page
      .getByRole("navigation", { name: "Roles" })
      .getByRole("link", { name: /^Administrator/ })
      .click();
    await expect(page.getByText("The Administrator role grants everything, always.")).toBeVisible();
    await expect(page.getByRole("button", { name: /^Opportunities, View/ })).toHaveCount(0);
  });

  test("makes a team in the tree", async () => {
    await page.goto("/admin/people?tab=teams");
    const first = page.getByRole("list", { name: "Teams", exact: true }).getByRole("listitem").first();
    await first
      .getByRole("button", { name: /^Actions for/ })
      .first()
      .click();
    await page.getByRole("menuitem", { name: "Add a team below" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(TEAM);
    await dialog.getByRole("button", { name: "Add team" }).click();
    await expect(first.getByText(TEAM)).toBeVisible();
    await accessible(page);
  });

  test("adds a person with the role and the team", async () => {
    await page.goto("/admin/people");
    await page.getByRole("button", { name: "New person" }).click();
    const dialog = page.getByRole("dialog", { name: "New person" });
    await dialog.getByLabel("Name").fill(NAME);
    await dialog.getByLabel("E-mail").fill("nobody");
    await dialog.getByRole("button", { name: "Add person" }).click();
    await expect(dialog.getByText("this is not an e-mail address")).toBeVisible();
    await dialog.getByLabel("E-mail").fill(`nora.${RUN}@demo.test`);
    await dialog.getByLabel("Team").selectOption({ label: TEAM });
    await dialog.getByRole("checkbox", { name: ROLE }).check();
    await dialog.getByLabel("Password").fill("demo-password");
    await dialog.getByRole("button", { name: "Add person" }).click();
    await expect(page.getByText(`${NAME} added`)).toBeVisible();
    await page.getByLabel("Search people").fill(RUN);
    await expect(page.getByText("1 person", { exact: true })).toBeVisible();
    await expect(page.getByRole("row").filter({ hasText: NAME })).toContainText(ROLE);
    await accessible(page);
  });

  test("views the app as a rep, who sees less and can be changed in nothing", async () => {
    await page.getByLabel("Search people").fill("rita");
    await page.getByRole("button", { name: "Actions for Rita Solberg" }).click();
    await page.getByRole("menuitem", { name: "View as" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "View as Rita Solberg" }).click();
    const banner = page.getByRole("status").filter({ hasText: "Nothing can be changed" });
    await expect(banner).toContainText("Rita Solberg");
    const refused = await page.request.post("/api/v1/tasks", { data: { title: "Not mine to give" } });
    expect(((await refused.json()) as { code: string }).code).toBe("viewing_as");
    await accessible(page);
    await banner.getByRole("button", { name: "Stop viewing" }).click();
    await expect(page.getByRole("heading", { name: "People and teams" })).toBeVisible();
    await expect(banner).toHaveCount(0);
  });

  test("lets the person go and hands over what they own", async ({ browser }) => {
    const nora = await browser.newPage();
    await signIn(nora, `nora.${RUN}@demo.test`);
    const made = await nora.request.post("/api/v1/opportunities", { data: { name: `Left behind ${RUN}` } });
    expect(made.status()).toBe(201);
    await page.getByLabel("Search people").fill(RUN);
    await page.getByRole("button", { name: `Actions for ${NAME}` }).click();
    await page.getByRole("menuitem", { name: "Deactivate" }).click();
    const dialog = page.getByRole("dialog", { name: `Deactivate ${NAME}?` });
    await expect(dialog.getByLabel("What moves")).toContainText("Opportunities1");
    await dialog.getByLabel("Who takes over").click();
    await page.getByPlaceholder("Search").fill("Rita");
    await page.getByRole("option", { name: "Rita Solberg" }).click();
    await dialog.getByRole("button", { name: "Deactivate and hand over 1" }).click();
    await expect(page.getByText(`${NAME} is out. 1 record went to Rita Solberg`)).toBeVisible();
    expect((await nora.request.get("/api/v1/me")).status()).toBe(401);
    await nora.close();
    await page.getByLabel("State").selectOption("inactive");
    await expect(page.getByRole("row").filter({ hasText: NAME })).toContainText("Inactive");
  });

  test("deletes the role, whose holders get another, and the team", async () => {
    await page.goto("/admin/roles");
    await page
      .getByRole("navigation", { name: "Roles" })
      .getByRole("link", { name: new RegExp(`^${ROLE}`) })
      .click();
    await page.getByRole("button", { name: `Actions for ${ROLE}` }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog", { name: `Delete ${ROLE}?` });
    await expect(dialog.getByRole("button", { name: "Delete role" })).toBeDisabled();
    await dialog.getByLabel("They get instead").selectOption({ label: "Read-only" });
    await dialog.getByRole("button", { name: "Delete role" }).click();
    await expect(page.getByText(`${ROLE} is gone`)).toBeVisible();

    await page.goto("/admin/people?tab=teams");
    await page.getByRole("button", { name: `Actions for ${TEAM}` }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete team" }).click();
    await expect(page.getByText(`${TEAM} is gone`)).toBeVisible();
  });
});

test("a rep is offered none of it, and refused by the server", async ({ page }) => {
  await signIn(page, "rep@demo.test");
  await page.goto("/admin/people");
  await expect(page.getByRole("heading", { name: "People and teams" })).toBeVisible();
  await expect(page.getByRole("button", { name: "New person" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^Actions for/ })).toHaveCount(0);
  await page.goto("/admin/roles");
  await expect(page.getByText("none of your roles allows role.read")).toBeVisible();
  const refused = await page.request.post("/api/v1/roles", { data: { name: "Mine" } });
  expect(refused.status()).toBe(403);
});

test("everyone looks after their own profile", async ({ page }) => {
  await signIn(page, "readonly@demo.test");
  await page.goto("/profile");
  await page.getByLabel("Time zone").selectOption("Europe/Zurich");
  await page.getByRole("button", { name: "Save profile" }).click();
  await expect(page.getByText("Profile saved")).toBeVisible();
  await accessible(page);
  await page.getByRole("main").getByRole("link", { name: "Security" }).click();
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Change it" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "10" })).toBeVisible();
});
