import { expect, it } from "vitest";
import { COMMANDS, fill, gapIn, offered, slashed, type Command } from "./commands";

const all = () => true;
const names = (typed: string, kind: Parameters<typeof offered>[1] = null) =>
  offered(typed, kind, all).map((c) => c.name);
const command = (name: string): Command => {
  const found = COMMANDS.find((c) => c.name === name);
  if (!found) throw new Error(`there is no /${name}`);
  return found;
};

it("a slash is one only while nothing else is typed", () => {
  expect([slashed("/"), slashed("/De"), slashed("a/b"), slashed("/deals now"), slashed("")]).toEqual([
    "",
    "de",
    null,
    null,
    null,
  ]);
});

it("offers by name, then by what it is about", () => {
  expect(names("dea")[0]).toBe("deals");
  expect(names("remind")).toEqual(["task", "meeting"]);
  expect(names("zzz")).toEqual([]);
  expect(names("")).toHaveLength(COMMANDS.length);
});

it("puts first what is about the record on the page", () => {
  expect(names("", "opportunity")[0]).toBe("summary");
  expect(names("", "lead").indexOf("score")).toBeLessThan(names("", "lead").indexOf("deals"));
});

it("leaves out what a role does not allow", () => {
  const may = (object: string) => object !== "task" && object !== "lead";
  expect(offered("", null, may).map((c) => c.name)).not.toEqual(expect.arrayContaining(["task"]));
  expect(offered("score", null, may)).toEqual([]);
});

it("selects what is to be filled in, else what may be typed over", () => {
  const shown = (name: string, kind: Parameters<typeof fill>[1] = null) => {
    const { text, from, to } = fill(command(name), kind);
    return [text, text.slice(from, to)];
  };
  expect(shown("move")).toEqual(["move the [name] deal to [stage]", "[name]"]);
  expect(shown("move", "opportunity")).toEqual(["move this deal to [stage]", "[stage]"]);
  expect(shown("task")).toEqual(["remind me to call [name] on Friday", "[name]"]);
  expect(shown("task", "account")).toEqual(["remind me to follow up with them on Friday", "on Friday"]);
  expect(shown("day")).toEqual(["what should I do today?", ""]);
});

it("finds the next place that nobody has filled in, and begins anew at the end", () => {
  const text = "move the [name] deal to [stage]";
  expect(gapIn(text, 10)).toEqual({ from: 24, to: 31 });
  expect(gapIn(text, 30)).toEqual({ from: 9, to: 15 });
  expect(gapIn("move the Isdom deal to Proposal")).toBeNull();
});

it("has a name once", () => {
  expect(new Set(COMMANDS.map((c) => c.name)).size).toBe(COMMANDS.length);
});
