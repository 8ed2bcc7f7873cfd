import { expect, test } from "@playwright/test";
import { accessible } from "./accessible";
import { signIn } from "./sign-in";

/** People of their own for each run: what was imported before would be found again. */
const RUN = Date.now().toString(36);
const family = `Quorvex${RUN}`;

const people = `First Name,Last Name,Email,Job Title
Nadja,${family},,CTO
Otto,Zwick${RUN},otto@zwick-${RUN}.example,Buyer
Ottto,Zwick${RUN},otto@zwick-${RUN}.example.org,Buyer
`;
const happened = `Record ID,Call Title,Call notes,Call duration,Activity date,Associated Contact
${RUN}1,First call,Went well,0:05:12,2026-03-01 10:00,Nadja ${family}
`;

test("rows that are probably there are decided of, and calls come to the timeline", async ({ page }) => {
  await signIn(page);
  const made = await page.request.post("/api/v1/contacts", { data: { first_name: "Nadia", last_name: family } });
  expect(made.status(), await made.text()).toBe(201);
  const contact = ((await made.json()) as { id: string }).id;
  const take = async (name: string, text: string) => {
    await page.goto("/admin/imports");
    const file = { name: `${name}-${RUN}.csv`, mimeType: "text/csv", buffer: Buffer.from(text) };
    await page.getByLabel("File to import").setInputFiles(file);
    await expect(page.getByRole("heading", { name: `What is in ${file.name}?` })).toBeVisible();
  };

  await take("people", people);
  await expect(page.getByLabel("The rows are")).toHaveValue("contact");
  await page.getByRole("button", { name: "Check 3 rows" }).click();
  const problem = page.getByRole("listitem").filter({ hasText: "Probably there already, or twice in the file" });
  await expect(problem.getByText(/May be the same as row 3, \d+ %/)).toBeVisible();
  await page.getByRole("button", { name: /^Probably there/ }).click();
  await expect(page.getByRole("row").filter({ hasText: `May be Nadia ${family}, ` })).toBeVisible();
  await accessible(page);
  const decided = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.ok());
  await page.getByLabel("What becomes of row 2").selectOption({ index: 1 });
  await decided;
  await expect(page.getByRole("heading", { name: /^2 of 3 rows are ready/ })).toBeVisible();
  await problem.getByRole("button", { name: "Skip rows" }).click();
  await page.getByRole("button", { name: "Import 2 ready rows" }).click();
  await expect(page.getByRole("heading", { name: "2 contacts imported" })).toBeVisible();

  await take("calls", happened);
  await expect(page.getByLabel("The rows are")).toHaveValue("activity");
  await page.getByRole("button", { name: "Check 1 rows" }).click();
  await page.getByRole("button", { name: "Import 1 ready rows" }).click();
  await expect(page.getByRole("heading", { name: "1 activities imported" })).toBeVisible();
  await page.goto(`/contacts/${contact}`);
  await expect(page.getByText("First call")).toBeVisible();
  await expect(page.getByText("CTO").first()).toBeVisible();
});
