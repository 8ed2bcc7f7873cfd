import { afterEach, expect, it, vi } from "vitest";
import { listen } from "./live";

/** A stream that the test opens, cuts and feeds. */
class Source extends EventTarget {
  static last: Source;
  close = vi.fn();
  constructor() {
    super();
    Source.last = this;
  }
  says(type: string, data?: unknown): void {
    this.dispatchEvent(data === undefined ? new Event(type) : new MessageEvent(type, { data: JSON.stringify(data) }));
  }
}

afterEach(() => vi.unstubAllGlobals());

it("tells of changes, and of a gap once the stream is back", () => {
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("navigator", {});
  const [onChange, onGap] = [vi.fn(), vi.fn()];
  const stop = listen(onChange, onGap);
  Source.last.says("open");
  Source.last.says("change", { type: "account", id: "a" });
  expect(onChange).toHaveBeenCalledWith({ type: "account", id: "a" });
  expect(onGap).not.toHaveBeenCalled();

  Source.last.says("error");
  Source.last.says("error");
  expect(onGap).not.toHaveBeenCalled();
  Source.last.says("open");
  expect(onGap).toHaveBeenCalledOnce();

  stop();
  expect(Source.last.close).toHaveBeenCalledOnce();
});
