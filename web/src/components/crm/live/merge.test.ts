import { expect, it } from "vitest";
import { differing, merge } from "./merge";

interface Deal {
  name: string;
  amount: string | null;
  tags: string[];
}
const FIELDS = ["name", "amount", "tags"] as const;
const VALUES = { name: ["Isdom", "Isdom 2"], amount: [null, "10", "20"], tags: [[], ["a"], ["a", "b"]] } as const;

/** Every record that these values make. */
const DEALS = VALUES.name.flatMap((name) =>
  VALUES.amount.flatMap((amount) => VALUES.tags.map((tags): Deal => ({ name, amount, tags: [...tags] }))),
);
/** Every part of a record, by which of its fields were touched. */
const partsOf = (deal: Deal): Partial<Deal>[] =>
  Array.from({ length: 8 }, (_, n) =>
    Object.fromEntries(FIELDS.filter((_, i) => n & (1 << i)).map((f) => [f, deal[f]])),
  );
const equal = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

it("shows mine where I touched, else theirs; clashes only where both changed, and saves only what is mine and differs", () => {
  let tried = 0;
  for (const base of DEALS)
    for (const theirs of DEALS)
      for (const typed of DEALS)
        for (const mine of partsOf(typed)) {
          tried += 1;
          const { shown, clashes, changed } = merge(base, theirs, mine);
          for (const field of FIELDS) {
            const touched = field in mine && !equal(mine[field], base[field]);
            const fails = [
              !equal(shown[field], touched ? mine[field] : theirs[field]),
              field in changed !== (touched && !equal(mine[field], theirs[field])),
              clashes.includes(field) && (!touched || equal(theirs[field], base[field])),
              touched &&
                !equal(theirs[field], base[field]) &&
                !equal(theirs[field], mine[field]) &&
                !clashes.includes(field),
            ];
            // One assertion for all of them: there are hundreds of thousands.
            if (fails.includes(true)) expect({ base, theirs, mine, field, shown, clashes, changed }).toBe("sound");
          }
        }
  expect(tried).toBe(18 ** 3 * 8);
});

it("has nothing left to save once what was changed is saved, and takes theirs for nothing of mine", () => {
  for (const base of DEALS)
    for (const theirs of DEALS)
      for (const mine of partsOf(base))
        expect(merge(base, theirs, mine)).toEqual({ shown: theirs, clashes: [], changed: {} });
  const [base, theirs, mine] = [DEALS[0], DEALS[9], { amount: "20" }] as [Deal, Deal, Partial<Deal>];
  const saved = { ...theirs, ...merge(base, theirs, mine).changed };
  expect(merge(base, saved, mine)).toMatchObject({ shown: saved, clashes: [], changed: {} });
});

it("names the fields that differ, a reference once, custom ones by themselves, and none that only goes along", () => {
  const before = {
    id: "o1",
    version: 1,
    updated_at: "2026-01-01",
    may: { update: true },
    owner: { id: "u1", name: "Anna" },
    owner_id: "u1",
    account: { id: "a1", name: "Isdom" },
    amount: { amount: "10.00", currency: "EUR" },
    custom: { size: "S", colour: "red" },
    next_step: null,
  };
  const now = {
    ...before,
    version: 2,
    updated_at: "2026-01-02",
    may: { update: false },
    owner: { id: "u2", name: "Ben" },
    owner_id: "u2",
    account: { id: "a1", name: "Isdom Ltd" },
    amount: { amount: "12.00", currency: "EUR" },
    custom: { size: "M", colour: "red" },
    only_on_its_page: "x",
  };
  expect(differing(before, now).sort()).toEqual(["amount", "custom.size", "owner"]);
  expect(differing(before, structuredClone(before))).toEqual([]);
});
