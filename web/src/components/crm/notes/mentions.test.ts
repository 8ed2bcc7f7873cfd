import { describe, expect, it } from "vitest";
import { asked, labelOf, toBody, toText } from "./mentions";

const ID = "01920000-0000-7000-8000-000000000001";
const TWO = "01920000-0000-7000-8000-000000000002";

describe("mentions", () => {
  it("are kept with their ids and shown by their names", () => {
    const ada = { kind: "person" as const, id: ID, label: "@Ada" };
    const admin = { kind: "person" as const, id: TWO, label: "@Ada Admin" };
    const kept = toBody("Hi @Ada Admin and @Ada, not @Adam", [ada, admin]);
    expect(kept.body).toBe(`Hi [@Ada Admin](person:${TWO}) and [@Ada](person:${ID}), not @Adam`);
    expect(kept.mentions).toHaveLength(2);
    expect(toText(kept.body)).toEqual({ text: "Hi @Ada Admin and @Ada, not @Adam", mentions: [admin, ada] });
    expect(toBody("nobody here", [ada]).mentions).toEqual([]);
    expect(labelOf("account", "A [B]\nC")).toBe("#A  B  C");
  });

  it("are looked for at the beginning of a word", () => {
    expect(asked("Hi @ad", 6)).toEqual({ sign: "@", query: "ad", start: 3 });
    expect(asked("#Big deal", 9)).toEqual({ sign: "#", query: "Big deal", start: 0 });
    expect(asked("ada@acme.test", 9)).toBeNull();
    expect(asked("@ then", 6)).toBeNull();
    expect(asked("Hi @Ada Admin, and so on", 24)).toBeNull();
  });
});
