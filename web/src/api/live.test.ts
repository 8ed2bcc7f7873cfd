import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { lost } from "@/lib/frame";
import { listen } from "./live";

/** A stream that the test opens, cuts and feeds. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  static last: Source;
  static made = 0;
  readyState = 0;
  close = vi.fn();
  constructor() {
    super();
    Source.last = this;
    Source.made += 1;
  }
  says(type: string, data?: unknown): void {
    this.dispatchEvent(data === undefined ? new Event(type) : new MessageEvent(type, { data: JSON.stringify(data) }));
  }
}

function listening() {
  const [onChange, onGap] = [vi.fn(), vi.fn()];
  return { onChange, onGap, stop: listen(onChange, onGap) };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("navigator", {});
  Source.made = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("tells of changes, and of a gap once the stream is back", () => {
  const { onChange, onGap, stop } = listening();
  Source.last.says("open");
  Source.last.says("change", { type: "account", id: "a" });
  expect(onChange).toHaveBeenCalledWith({ type: "account", id: "a" });
  expect(onGap).not.toHaveBeenCalled();

  Source.last.says("error");
  Source.last.says("error");
  expect(onGap).not.toHaveBeenCalled();
  expect(lost.get()).toBe(true);
  Source.last.says("open");
  expect(onGap).toHaveBeenCalledOnce();
  expect(lost.get()).toBe(false);

  stop();
  expect(Source.last.close).toHaveBeenCalledOnce();
});

it("opens a stream anew that the browser has given up, more and more seldom, and one that slept", () => {
  const { onGap, stop } = listening();
  Source.last.says("open");
  const refuse = () => {
    Source.last.readyState = Source.CLOSED;
    Source.last.says("error");
  };
  refuse();
  vi.advanceTimersByTime(1_000);
  expect(Source.made).toBe(2);
  refuse();
  vi.advanceTimersByTime(1_000);
  expect(Source.made).toBe(2);
  vi.advanceTimersByTime(1_000);
  expect(Source.made).toBe(3);
  Source.last.says("open");
  expect(onGap).toHaveBeenCalledOnce();

  // The lid was closed: the clock goes on, the timers stood still.
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(5_000);
  expect(Source.made).toBe(4);
  Source.last.says("open");
  expect(onGap).toHaveBeenCalledTimes(2);
  // Too much at once is as if it had been away.
  Source.last.says("reset", {});
  expect(onGap).toHaveBeenCalledTimes(3);
  stop();
});
