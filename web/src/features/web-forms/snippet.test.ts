import { expect, test } from "vitest";
import { snippet } from "./snippet";

test("a title can’t break out of the markup", () => {
  const shown = snippet({ key: "abc", title: 'Say "hi" <b>' }, "https://crm.test");
  expect(shown).toContain('src="https://crm.test/f/abc"');
  expect(shown).toContain('title="Say &quot;hi&quot; &lt;b>"');
});
