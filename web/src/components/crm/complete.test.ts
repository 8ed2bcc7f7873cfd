import { describe, expect, it } from "vitest";
import { replace, suggestions, wordAt } from "./complete";

const vocabulary = {
  facts: [
    { name: "amount", kind: "number", nullable: true, description: "The amount" },
    { name: "account.industry", kind: "string", nullable: true, description: "Its industry" },
    { name: "previous.amount", kind: "number", nullable: true, description: "Before" },
    { name: "tags", kind: "list<string>", nullable: false, description: "Its tags" },
  ],
  functions: [
    { name: "size", example: "size(name)", description: "Characters" },
    { name: "exists", example: "tags.exists(tag, true)", description: "Some item" },
  ],
};
const names = (word: string) => suggestions(word, vocabulary).map((s) => s.name);

describe("completion of names", () => {
  it("sees the word before the caret, and none within quotes", () => {
    expect(wordAt("amount > 5 && acc", 17)).toEqual({ text: "acc", from: 14, to: 17 });
    expect(wordAt("account.ind", 11)?.text).toBe("account.ind");
    expect(wordAt('name == "am', 11)).toBeNull();
    expect(wordAt('name == "a\\"b" && am', 20)?.text).toBe("am");
    expect(wordAt("5 > ", 4)).toBeNull();
  });

  it("offers what begins so first, and functions after a fact", () => {
    expect(names("am")).toEqual(["amount", "previous.amount"]);
    expect(names("ind")).toEqual(["account.industry"]);
    expect(names("tags.")).toEqual(["tags.exists"]);
    expect(names("si")).toEqual(["size"]);
    expect(names("amount")).toEqual(["previous.amount"]);
  });

  it("writes it in place of the word", () => {
    expect(replace("5 < am && true", { text: "am", from: 4, to: 6 }, "amount")).toEqual({
      text: "5 < amount && true",
      caret: 10,
    });
  });
});
