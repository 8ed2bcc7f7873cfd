/** What the form of a mailbox holds, and what of it is sent. */
import type { Mailbox } from "@/api/types";
import { today } from "@/lib/format";
import { z } from "@/lib/zod";

export const FIELDS = ["address", "host", "port", "security", "username", "password", "since", "never"] as const;

export const schema = (known: boolean) =>
  z.object({
    address: z.string().check(z.trim(), z.minLength(3, "Say the mailbox’s address.")),
    host: z.string().check(z.trim(), z.minLength(1, "Say the server’s name.")),
    port: z.number("A number, mostly 993.").check(z.int("A number, mostly 993."), z.minimum(1), z.maximum(65535)),
    security: z.enum(["tls", "starttls", "plain"]),
    username: z.string().check(z.trim(), z.minLength(1, "Say the user name.")),
    password: z.string().check(z.minLength(known ? 0 : 1, "Enter the password.")),
    folders: z.array(z.string()),
    since: z.string().check(z.minLength(1, "Choose a day.")),
    private: z.boolean(),
    never: z.string(),
  });
export type Values = z.infer<ReturnType<typeof schema>>;

export const valuesOf = (mailbox: Mailbox | null, address: string): Values => ({
  address: mailbox?.address ?? address,
  host: mailbox?.host ?? "",
  port: mailbox?.port ?? 993,
  security: mailbox?.security ?? "tls",
  username: mailbox?.username ?? address,
  password: "",
  folders: mailbox?.folders ?? [],
  since: mailbox?.since ?? today(-90),
  private: mailbox?.private ?? false,
  never: (mailbox?.never ?? []).join("\n"),
});

/** Without a password it stays as it is; without folders the usual ones are read. */
export const bodyOf = ({ password, folders, never, ...rest }: Values) => ({
  ...rest,
  never: never.split(/[\s,;]+/).filter((n) => n !== ""),
  ...(password && { password }),
  ...(folders.length > 0 && { folders }),
});
