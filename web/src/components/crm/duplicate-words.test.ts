import { describe, expect, it } from "vitest";
import { evidence, speaks } from "./duplicate-words";

describe("duplicates", () => {
  it("are looked for once enough is typed", () => {
    expect(speaks({ object: "contact", first_name: "A" })).toBe(false);
    expect(speaks({ object: "contact", first_name: "A", last_name: "Li" })).toBe(true);
    expect(speaks({ object: "contact", email: "a@b.de" })).toBe(true);
    expect(speaks({ object: "account", name: "Ac" })).toBe(false);
  });

  it("are explained, the heaviest first", () => {
    const reason = (words: string, weight: number) => ({ field: "x", level: "same", words, weight });
    expect(evidence([reason("different phone number", -2.2), reason("same e-mail", 11.83)])).toBe(
      "same e-mail +11.8, different phone number −2.2",
    );
  });
});
