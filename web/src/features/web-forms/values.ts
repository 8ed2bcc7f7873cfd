/** What the form of a web form holds, and what of it is sent. */
import type { WebForm, WebFormField } from "@/api/types";
import { z } from "@/lib/zod";

export const schema = z.object({
  title: z.string().check(z.trim(), z.minLength(1, "Give the form a title.")),
  intro: z.string(),
  fields: z.custom<WebFormField[]>(),
  source_id: z.string(),
  owner_id: z.string(),
  thanks: z.string(),
  redirect_url: z.string(),
  origins: z.string(),
});
export type Values = z.infer<typeof schema>;

const FIRST: WebFormField[] = [
  { field: "first_name", label: null, required: false },
  { field: "last_name", label: null, required: true },
  { field: "email", label: null, required: true },
  { field: "company", label: null, required: false },
  { field: "description", label: null, required: false },
];

export const valuesOf = (form: WebForm | null, me: string): Values => ({
  title: form?.title ?? "",
  intro: form?.intro ?? "",
  fields: form?.fields ?? FIRST,
  source_id: form?.source_id ?? "",
  owner_id: form?.owner_id ?? me,
  thanks: form?.thanks ?? "Thank you. We will be in touch soon.",
  redirect_url: form?.redirect_url ?? "",
  origins: (form?.origins ?? []).join("\n"),
});

export const bodyOf = (v: Values) => ({
  ...v,
  intro: v.intro || null,
  source_id: v.source_id || null,
  thanks: v.thanks || null,
  redirect_url: v.redirect_url || null,
  origins: v.origins.split(/\s+/).filter((o) => o !== ""),
});
