import { expect, it } from "vitest";
import { isLookedAt, mustShow, nearest, read, which, words } from "./message";

const told = {
  id: "1",
  title: "Ada assigned Deal to you",
  body: "",
  url: "/opportunities/2",
  tag: "opportunity:2",
  lang: "en",
};

it("reads what the server writes, and nothing that leads elsewhere", () => {
  expect(read(JSON.stringify(told))).toEqual(told);
  expect(read(JSON.stringify({ ...told, id: null, lang: "fr" }))).toEqual({ ...told, id: null, lang: "en" });
  for (const url of ["https://evil.test/", "//evil.test/", "/\\evil.test", "opportunities", "javascript:alert(1)", 7])
    expect(read(JSON.stringify({ ...told, url }))).toBeNull();
  for (const text of [undefined, "", "{", "null", "[]", "7", JSON.stringify({ ...told, title: 1 })])
    expect(read(text)).toBeNull();
});

it("says the buttons in the reader's language", () => {
  expect(words("de")).toEqual({ open: "Öffnen", read: "Gelesen" });
  expect(words("en").read).toBe("Mark read");
});

it("marks all about the record as read", () => {
  expect(which("opportunity:2")).toEqual({ object: "opportunity", record_id: "2" });
  expect(which("trial")).toBeNull();
});

it("goes on in the window that shows the page, or else in the one in use", () => {
  const window = (path: string, focused = false) => ({ url: `https://crm.test${path}`, focused });
  const [home, deal, other] = [window("/"), window("/opportunities/2?tab=files"), window("/tasks", true)];
  expect(nearest([home, other, deal], told.url, "https://crm.test")).toBe(deal);
  expect(nearest([home, other], told.url, "https://crm.test")).toBe(other);
  expect(nearest([home], told.url, "https://crm.test")).toBe(home);
  expect(nearest([] as (typeof home)[], told.url, "https://crm.test")).toBeUndefined();
  expect([isLookedAt([home, other]), isLookedAt([home]), isLookedAt([])]).toEqual([true, false, false]);
});

it("keeps nothing back from Safari", () => {
  const webkit = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
  expect(mustShow(`${webkit} Version/18.0 Safari/605.1.15`)).toBe(true);
  expect(
    mustShow("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"),
  ).toBe(false);
  expect(mustShow("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")).toBe(false);
});
