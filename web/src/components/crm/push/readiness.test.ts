import { expect, it } from "vitest";
import { ADVICE, keyBytes, readiness, type Browser } from "./readiness";

const firefox: Browser = {
  secure: true,
  worker: true,
  push: true,
  permission: "default",
  userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  touch: false,
};
const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.0";

it("says what stands in the way, and what to do", () => {
  expect(readiness("key", firefox)).toBe("ready");
  expect(readiness("key", { ...firefox, permission: "granted" })).toBe("ready");
  expect(readiness("key", { ...firefox, permission: "denied" })).toBe("denied");
  expect(readiness(null, firefox)).toBe("off");
  expect(readiness("key", { ...firefox, secure: false, worker: false })).toBe("insecure");
  expect(readiness("key", { ...firefox, push: false })).toBe("unsupported");
  expect(ADVICE.denied).toContain("Allow them");
});

it("sends an iPhone or iPad to the home screen, and a Mac not", () => {
  const bare = { ...firefox, push: false, permission: null };
  expect(readiness("key", { ...bare, userAgent: phone, touch: true })).toBe("home_screen");
  expect(readiness("key", { ...bare, userAgent: mac, touch: true })).toBe("home_screen");
  expect(readiness("key", { ...bare, userAgent: mac })).toBe("unsupported");
  expect(readiness("key", { ...firefox, userAgent: phone, touch: true })).toBe("ready");
});

it("decodes a key", () => {
  expect([...keyBytes("-_8A")]).toEqual([251, 255, 0]);
});
