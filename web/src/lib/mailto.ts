interface Letter {
  to: string;
  bcc?: string | null | undefined;
  subject?: string;
  body?: string;
}

/** The address that opens the person's own mail program with a letter begun (RFC 6068): nothing is sent from here. */
export function mailto({ to, bcc, subject, body }: Letter): string {
  const parts = [
    ["bcc", bcc],
    ["subject", subject],
    ["body", body?.replace(/\r?\n/g, "\r\n")],
  ].flatMap(([name, value]) => (value ? [`${name}=${encodeURIComponent(value)}`] : []));
  const query = parts.length > 0 ? `?${parts.join("&")}` : "";
  return `mailto:${encodeURIComponent(to).replaceAll("%40", "@")}${query}`;
}
