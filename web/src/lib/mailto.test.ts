import { expect, test } from "vitest";
import { mailto } from "./mailto";

test("a letter is begun with what is known", () => {
  expect(mailto({ to: "ada@example.com" })).toBe("mailto:ada@example.com");
  expect(mailto({ to: "a+b@example.com", bcc: "copy@crm.test" })).toBe("mailto:a%2Bb@example.com?bcc=copy%40crm.test");
});

test("lines end as RFC 6068 wants, and nothing of a text becomes another field", () => {
  expect(mailto({ to: "ada@example.com", subject: "a & b?", body: "Hello,\n\nbcc=x" })).toBe(
    "mailto:ada@example.com?subject=a%20%26%20b%3F&body=Hello%2C%0D%0A%0D%0Abcc%3Dx",
  );
});
