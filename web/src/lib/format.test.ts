import { describe, expect, it } from "vitest";
import { ago, bytes, date, daysUntil, initials, money, moneyRound, moneyShort, plural } from "./format";

const now = new Date(2026, 10, 23, 12);

describe("format", () => {
  it("writes money without needless cents, exactly", () => {
    expect(money({ amount: "192840.00", currency: "USD" })).toBe("$192,840");
    expect(money({ amount: "9007199254740993.25", currency: "USD" })).toBe("$9,007,199,254,740,993.25");
    expect(moneyRound({ amount: "10.50", currency: "USD" })).toBe("$11");
    expect(moneyShort({ amount: "1054321.00", currency: "USD" })).toBe("$1.05M");
    expect(money(null, "open")).toBe("open");
  });

  it("shows the year only when it is another one", () => {
    expect(date("2026-11-27", now)).toBe("Nov 27");
    expect(date("2027-01-09", now)).toBe("Jan 9, 2027");
  });

  it("counts calendar days, not hours", () => {
    expect(daysUntil("2026-11-23", new Date(2026, 10, 23, 23, 59))).toBe(0);
    expect(daysUntil("2026-11-24", now)).toBe(1);
    expect(daysUntil("2026-11-19", now)).toBe(-4);
  });

  it("says how long ago in the shortest words", () => {
    const at = now.getTime();
    expect(ago(new Date(at - 20_000).toISOString(), at)).toBe("now");
    expect(ago(new Date(at - 3_600_000 * 5).toISOString(), at)).toBe("5 h");
    expect(ago(new Date(at - 86_400_000 * 12).toISOString(), at)).toBe("12 d");
  });

  it("counts, shortens and abbreviates", () => {
    expect(plural(1, "row")).toBe("1 row");
    expect(plural(8800, "row")).toBe("8,800 rows");
    expect(bytes(1_117_320_768)).toBe("1.1 GB");
    expect(initials("Vicki van der Laflamme")).toBe("VL");
  });
});
