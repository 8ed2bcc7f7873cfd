import { act, renderHook } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { dropDraft, readDraft, useDraft } from "./draft";
import { dropDrafts } from "./drop-drafts";

const DAY = 86_400_000;
const begun = JSON.stringify({ values: { name: "" }, custom: {} });

beforeEach(() => localStorage.clear());

describe("a draft", () => {
  it("is kept once something is typed, and found by the same person alone", () => {
    vi.useFakeTimers();
    const typing = (name: string) =>
      renderHook(() => useDraft("u1", "account", begun, { values: { name }, custom: {} }));
    typing("");
    act(() => void vi.advanceTimersByTime(1000));
    expect(readDraft("u1", "account")).toBeNull();
    typing("Acme");
    act(() => void vi.advanceTimersByTime(1000));
    expect(readDraft("u1", "account")?.values).toEqual({ name: "Acme" });
    expect(readDraft("u2", "account")).toBeNull();
    expect(readDraft("u1", "lead")).toBeNull();
    expect(typing("").result.current.found?.values).toEqual({ name: "Acme" });
    vi.useRealTimers();
  });

  it("goes when it is thrown away, when somebody signs out, and after two weeks", () => {
    const keep = (object: string) =>
      localStorage.setItem(`dealwright.draft.u1.${object}`, JSON.stringify({ values: {}, custom: {}, at: 0 }));
    keep("account");
    expect(readDraft("u1", "account", 13 * DAY)).not.toBeNull();
    expect(readDraft("u1", "account", 15 * DAY)).toBeNull();
    keep("lead");
    dropDraft("u1", "account");
    expect(readDraft("u1", "account", DAY)).toBeNull();
    expect(readDraft("u1", "lead", DAY)).not.toBeNull();
    localStorage.setItem("theme", "dark");
    dropDrafts();
    expect(Object.keys(localStorage)).toEqual(["theme"]);
    localStorage.setItem("dealwright.draft.u1.lead", "{");
    expect(readDraft("u1", "lead", DAY)).toBeNull();
  });
});
