import { expect, it } from "vitest";
import { asked, isFiltered, NO_FILTER } from "./timeline-query";

it("asks only for what is narrowed, the same all day", () => {
  expect(asked(NO_FILTER)).toEqual({});
  expect(isFiltered({ ...NO_FILTER, q: " " })).toBe(false);
  const filter = {
    ...NO_FILTER,
    kinds: ["note", "call"],
    person: { id: "u1", name: "Ann" },
    span: "7" as const,
    q: " price ",
  };
  const [early, late] = [new Date(2026, 10, 23, 1), new Date(2026, 10, 23, 23)];
  expect(asked(filter, early)).toEqual({
    kind: "call,note",
    person: "u1",
    from: new Date(2026, 10, 16).toISOString(),
    q: "price",
  });
  expect(asked(filter, late)).toEqual(asked(filter, early));
  // The last day counts whole.
  expect(asked({ ...NO_FILTER, span: "dates", since: "2026-11-01", until: "2026-11-02" })).toEqual({
    from: new Date(2026, 10, 1).toISOString(),
    to: new Date(2026, 10, 3).toISOString(),
  });
  expect(asked({ ...NO_FILTER, span: "dates" })).toEqual({});
});
