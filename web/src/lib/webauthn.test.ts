import { describe, expect, it } from "vitest";
import { deviceName, passkeyWords, toBytes, toText } from "./webauthn";

describe("passkeys in the browser", () => {
  it("carries bytes as base64url, both ways", () => {
    const bytes = Uint8Array.from([0, 251, 255, 62, 63, 1]);
    expect(toText(bytes.buffer)).toBe("APv_Pj8B");
    expect([...toBytes("APv_Pj8B")]).toEqual([...bytes]);
    expect([...toBytes(toText(Uint8Array.from([255]).buffer))]).toEqual([255]);
    expect(toText(new ArrayBuffer(0))).toBe("");
  });

  it("names a device as its owner would", () => {
    const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36";
    expect(deviceName(chrome)).toBe("Chrome on Linux");
    expect(deviceName("")).toBe("Passkey");
  });

  it("has words for what browsers say", () => {
    expect(passkeyWords(new DOMException("x", "InvalidStateError"))).toMatch(/already/);
    expect(passkeyWords(new DOMException("x", "NotAllowedError"))).toMatch(/Try again/);
    expect(passkeyWords(new Error("x"))).toBeNull();
  });
});
