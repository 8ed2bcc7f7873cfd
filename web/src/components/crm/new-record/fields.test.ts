import { describe, expect, it } from "vitest";
import { bodyOfNew, checkNew, type NewField } from "./fields";

const FIELDS: NewField[] = [
  { name: "name", label: "Name", kind: "text", required: "Name it." },
  { name: "amount", label: "Amount", kind: "money" },
  { name: "email", label: "E-mail", kind: "email" },
  { name: "account_id", label: "Account", kind: "account" },
  { name: "tags", label: "Tags", kind: "tags" },
];

describe("a new record", () => {
  it("says what is missing and what can’t be read", () => {
    expect(checkNew(FIELDS, { name: " ", amount: "much", email: "ann" }, {})).toEqual({
      name: "Name it.",
      amount: "Enter an amount, like 50,000 or 50k.",
      email: "Enter an e-mail address.",
    });
    expect(checkNew(FIELDS, { name: "A" }, { account_id: "Needed in Proposal." })).toEqual({
      account_id: "Needed in Proposal.",
    });
  });

  it("sends what was said, as the API takes it", () => {
    const account = { id: "a1", name: "Acme" };
    expect(
      bodyOfNew(FIELDS, { name: " A ", amount: "50k", email: "", account_id: account, tags: "x, y" }, "EUR"),
    ).toEqual({
      name: "A",
      amount: { amount: "50000", currency: "EUR" },
      account_id: "a1",
      tags: ["x", "y"],
    });
  });
});
