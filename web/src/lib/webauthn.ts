/**
 * Passkeys in the browser. On the wire, options and answers are JSON with bytes as base64url; the browser takes and gives
 * buffers.
 */

export const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

export const toText = (bytes: ArrayBuffer): string =>
  btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** Whether this browser knows passkeys at all. */
export const knowsPasskeys = (): boolean => typeof window.PublicKeyCredential === "function";

/** Whether it offers them among the suggestions of the e-mail field. */
export const suggestsPasskeys = async (): Promise<boolean> =>
  knowsPasskeys() &&
  typeof PublicKeyCredential.isConditionalMediationAvailable === "function" &&
  PublicKeyCredential.isConditionalMediationAvailable();

interface Named {
  id: string;
  type: "public-key";
}
type Creation = Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials"> & {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: Named[];
};
type Request = Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials"> & {
  challenge: string;
  allowCredentials?: Named[];
};

const described = (named: Named[] = []) => named.map((one) => ({ type: one.type, id: toBytes(one.id) }));

/** Makes a passkey; answers what the server is to be sent. */
export async function createPasskey(options: object): Promise<Record<string, unknown>> {
  const asked = options as Creation;
  const made = await navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: toBytes(asked.challenge),
      user: { ...asked.user, id: toBytes(asked.user.id) },
      excludeCredentials: described(asked.excludeCredentials),
    },
  });
  const credential = made as PublicKeyCredential;
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    ...common(credential),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

/** Asks for a passkey; answers what the server is to be sent. */
export async function askForPasskey(
  options: object,
  how: { signal?: AbortSignal; mediation?: CredentialMediationRequirement } = {},
): Promise<Record<string, unknown>> {
  const asked = options as Request;
  const publicKey = {
    ...asked,
    challenge: toBytes(asked.challenge),
    allowCredentials: described(asked.allowCredentials),
  };
  const credential = (await navigator.credentials.get({ publicKey, ...how })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    ...common(credential),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle ? toText(response.userHandle) : null,
    },
  };
}

const common = (credential: PublicKeyCredential) => ({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  clientExtensionResults: credential.getClientExtensionResults(),
});

/** What the browser said, in words; null when it is no failure of passkeys. */
export function passkeyWords(error: unknown): string | null {
  if (!(error instanceof DOMException)) return null;
  if (error.name === "InvalidStateError") return "This device has a passkey of yours already.";
  if (error.name === "NotAllowedError" || error.name === "AbortError")
    return "The device was not asked, or it did not recognise you. Try again.";
  return "This browser could not use a passkey here.";
}

/** What a person tells a device by: "Chrome on Linux". */
export function deviceName(agent: string): string {
  const first = (marks: [string, string][]) => marks.find(([mark]) => agent.includes(mark))?.[1];
  const browser = first([
    ["Edg", "Edge"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ]);
  const system = first([
    ["Windows", "Windows"],
    ["Android", "Android"],
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Mac OS X", "Mac"],
    ["CrOS", "ChromeOS"],
    ["Linux", "Linux"],
  ]);
  if (!browser || !system) return system ?? browser ?? "Passkey";
  return `${browser} on ${system}`;
}
