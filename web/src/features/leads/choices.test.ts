import { describe, expect, it } from "vitest";
import type { ConversionPreview } from "@/api/types";
import { firstChoices, partOf } from "./choices";

const preview = (over: Partial<ConversionPreview>): ConversionPreview => ({
  accounts: [],
  contacts: [],
  account: { name: "Isdom" },
  contact: { last_name: "Petrov" },
  opportunity: { name: "Isdom" },
  tasks: 0,
  activities: 0,
  ...over,
});
const owner = { id: "u", name: "Ada" };
const all = { account: true, contact: true, opportunity: true };

describe("what a conversion begins with", () => {
  it("is new where nothing was found", () => {
    expect(firstChoices(preview({}), all)).toEqual({
      account: "new",
      contact: "new",
      opportunity: "new",
      name: "Isdom",
    });
  });

  it("takes what is surely the same, and not what is only similar", () => {
    const account = { id: "a", name: "Isdom", owner, domain: null };
    const found = (by: "domain" | "similar_name") => preview({ accounts: [{ ...account, matched_by: [by] }] });
    expect(firstChoices(found("domain"), all).account).toBe("a");
    expect(firstChoices(found("similar_name"), all).account).toBe("new");
  });

  it("makes nothing that the person may not make, or that the lead does not name", () => {
    const none = { account: false, contact: false, opportunity: false };
    expect(firstChoices(preview({}), none)).toMatchObject({ account: "none", contact: "none", opportunity: "none" });
    expect(firstChoices(preview({ account: null }), all).account).toBe("none");
  });

  it("is said as the request wants it", () => {
    expect(partOf("none", {})).toBeNull();
    expect(partOf("new", { name: "x" })).toEqual({ fields: { name: "x" } });
    expect(partOf("a", { name: "x" })).toEqual({ id: "a" });
  });
});
