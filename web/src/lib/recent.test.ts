import { beforeEach, expect, it } from "vitest";
import { dropRecent, recentOf, visit } from "./recent";

beforeEach(() => localStorage.clear());

it("has the latest first, each once and by its present name, and no more than twenty", () => {
  for (let n = 0; n < 25; n++) visit("u1", { type: "account", id: `a${n}`, name: `Account ${n}` });
  visit("u1", { type: "account", id: "a20", name: "Renamed" });
  const recent = recentOf("u1");
  expect(recent).toHaveLength(20);
  expect(recent[0]).toEqual({ type: "account", id: "a20", name: "Renamed" });
  expect(recent.filter((v) => v.id === "a20")).toHaveLength(1);
});

it("is each person’s own, and gone when somebody signs out", () => {
  visit("u1", { type: "lead", id: "l1", name: "Ann" });
  localStorage.setItem("theme", "dark");
  expect(recentOf("u2")).toEqual([]);
  dropRecent();
  expect(recentOf("u1")).toEqual([]);
  expect(localStorage.getItem("theme")).toBe("dark");
});

it("is empty when what was kept can’t be read", () => {
  localStorage.setItem("dealwright.recent.u1", "{");
  expect(recentOf("u1")).toEqual([]);
});
