import { describe, expect, it } from "vitest";
import { leadFilter, readLeadSearch } from "./search";

describe("the address of a list of leads", () => {
  it("says what is not usual only", () => {
    expect(readLeadSearch({ state: "open", status: "", q: "isdom" })).toMatchObject({ state: undefined, q: "isdom" });
    expect(readLeadSearch({ state: "sideways" }).state).toBeUndefined();
    expect(readLeadSearch({ state: "converted" }).state).toBe("converted");
  });

  it("asks for open leads, the newest first, unless it says otherwise", () => {
    expect(leadFilter({})).toMatchObject({ sort: "-created_at", "converted_at.is_null": "true" });
    expect(leadFilter({ state: "converted" })["converted_at.is_null"]).toBe("false");
    expect(leadFilter({ state: "all", mine: "1" })).toMatchObject({ owner: "me" });
    expect("converted_at.is_null" in leadFilter({ state: "all" })).toBe(false);
  });
});
