import { describe, expect, it } from "vitest";
import { interval, percent, took } from "./quality-words";

describe("figures of quality", () => {
  it("tells shares as exactly as they are known", () => {
    expect([percent(null), percent(0), percent(0.004), percent(0.5), percent(1)]).toEqual([
      "–",
      "0 %",
      "0.4 %",
      "50 %",
      "100 %",
    ]);
    expect([took(null), took(850), took(12_340)]).toEqual(["–", "850 ms", "12.3 s"]);
  });

  it("tells an interval with what it rests on", () => {
    expect(interval({ count: 40, of: 65, share: 40 / 65, low: 0.494, high: 0.724 })).toBe("62 % (49–72 %), 40 of 65");
    expect(interval({ count: 0, of: 0, share: null, low: 0, high: 1 })).toBe("none");
  });
});
