/** The policy while it is being edited: what is typed stays as it is typed until it is saved. */
import type { Guardrails, GuardrailsInForce, ToolRule } from "@/api/types";

export interface DraftRule {
  key: number;
  role: string;
  tool: string;
  allowed: boolean;
  approval: ToolRule["approval"] & string;
  below: string;
  currency: string;
}

export interface Draft {
  remote: boolean;
  content: { mode: Guardrails["content_filter"]["mode"]; threshold: string };
  injection: { mode: Guardrails["injection_filter"]["mode"]; threshold: string };
  topics: string;
  keep: Guardrails["keep_prompts"];
  days: string;
  rules: DraftRule[];
}

export function draftOf(rails: GuardrailsInForce, currency: string): Draft {
  return {
    remote: rails.remote_models,
    content: { ...rails.content_filter, threshold: String(rails.content_filter.threshold) },
    injection: { ...rails.injection_filter, threshold: String(rails.injection_filter.threshold) },
    topics: rails.blocked_topics.join("\n"),
    keep: rails.keep_prompts,
    days: String(rails.retention_days),
    rules: rails.tools.map((rule, key) => ({
      key,
      role: rule.role_id ?? "",
      tool: rule.tool,
      allowed: rule.allowed,
      approval: rule.approval ?? "always",
      below: rule.below?.amount ?? "",
      currency: rule.below?.currency ?? currency,
    })),
  };
}

/** What is typed as a number, or what the server will say is none. */
const whole = (text: string): number => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : 0);

export const bodyOf = (draft: Draft): Guardrails => ({
  remote_models: draft.remote,
  content_filter: { mode: draft.content.mode, threshold: whole(draft.content.threshold) },
  injection_filter: { mode: draft.injection.mode, threshold: whole(draft.injection.threshold) },
  blocked_topics: draft.topics.split("\n").filter((topic) => topic.trim() !== ""),
  keep_prompts: draft.keep,
  retention_days: whole(draft.days),
  tools: draft.rules.map((rule) => ({
    role_id: rule.role || null,
    tool: rule.tool,
    allowed: rule.allowed,
    approval: rule.approval,
    below: rule.approval === "below_amount" ? { amount: rule.below.trim() || "0", currency: rule.currency } : null,
  })),
});

export const added = (draft: Draft, tool: string, currency: string): Draft => ({
  ...draft,
  rules: [
    ...draft.rules,
    {
      key: Math.max(-1, ...draft.rules.map((rule) => rule.key)) + 1,
      role: "",
      tool,
      allowed: true,
      approval: "always",
      below: "",
      currency,
    },
  ],
});

export const changed = (draft: Draft, key: number, by: Partial<DraftRule>): Draft => ({
  ...draft,
  rules: draft.rules.map((rule) => (rule.key === key ? { ...rule, ...by } : rule)),
});

export const removed = (draft: Draft, key: number): Draft => ({
  ...draft,
  rules: draft.rules.filter((rule) => rule.key !== key),
});
