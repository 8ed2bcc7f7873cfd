import { describe, expect, it } from "vitest";
import { blocks, inline } from "./markdown";

const ID = "01920000-0000-7000-8000-000000000001";

describe("the Markdown of notes", () => {
  it("reads blocks", () => {
    const source = "# Head\nWords\non two lines\n\n- one\n- two\n\n1. first\n\n> said\n```\n<b>\n```";
    expect(blocks(source).map((b) => b.kind)).toEqual(["heading", "paragraph", "list", "list", "quote", "code"]);
    expect(blocks("```\nopen").at(0)).toEqual({ kind: "code", text: "open" });
    expect(blocks("")).toEqual([]);
  });

  it("reads what stands in a line", () => {
    expect(inline("**b** *i* `c`").map((p) => p.kind)).toEqual(["bold", "text", "italic", "text", "code"]);
    expect(inline(`[@Ada](person:${ID})`)).toEqual([{ kind: "mention", label: "@Ada", to: "person", id: ID }]);
    expect(inline("see https://x.test/a. Yes")[1]).toMatchObject({ kind: "link", href: "https://x.test/a" });
    expect(inline("snake_case_name")).toEqual([{ kind: "text", text: "snake_case_name" }]);
  });

  it("makes nothing of HTML and of links that are none", () => {
    for (const text of ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](data:text/html,1)"]) {
      expect(inline(text)).toEqual([{ kind: "text", text }]);
    }
  });

  it("bears what is long and odd", () => {
    const started = performance.now();
    inline("*".repeat(20_000));
    blocks("[".repeat(50_000) + "**a".repeat(5_000));
    expect(performance.now() - started).toBeLessThan(4_000);
  });
});
