/** The rules as they are being written. */
import type { ScoreBands, ScoreModel, ScoreRule } from "@/api/types";

export interface DraftRule {
  /** Its place on the screen, which it keeps when others go. */
  key: number;
  label: string;
  condition: string;
  /** As it is typed. */
  points: string;
}
export interface Draft {
  rules: DraftRule[];
  bands: Record<keyof ScoreBands, string>;
}

export const draftOf = (model: ScoreModel): Draft => ({
  rules: model.rules.map(({ label, condition, points }, key) => ({ key, label, condition, points: String(points) })),
  bands: { a: String(model.bands.a), b: String(model.bands.b), c: String(model.bands.c) },
});

export const added = (draft: Draft): Draft => ({
  ...draft,
  rules: [
    ...draft.rules,
    { key: Math.max(-1, ...draft.rules.map((r) => r.key)) + 1, label: "", condition: "", points: "10" },
  ],
});

export const changed = (draft: Draft, key: number, next: Partial<DraftRule>): Draft => ({
  ...draft,
  rules: draft.rules.map((rule) => (rule.key === key ? { ...rule, ...next } : rule)),
});

export const removed = (draft: Draft, key: number): Draft => ({
  ...draft,
  rules: draft.rules.filter((rule) => rule.key !== key),
});

/** As the API takes it; what is no number is sent as nought, which the server names. */
export function bodyOf(draft: Draft): { rules: ScoreRule[]; bands: ScoreBands } {
  const whole = (text: string): number => (/^[+-]?\d+$/.test(text.trim()) ? Number(text) : 0);
  return {
    rules: draft.rules.map(({ label, condition, points }) => ({ label, condition, points: whole(points) })),
    bands: { a: whole(draft.bands.a), b: whole(draft.bands.b), c: whole(draft.bands.c) },
  };
}

/** The server's errors by where they land: "rules.2.label". */
export const errorAt = (errors: { field: string; message: string }[], field: string): string | undefined =>
  errors.find((e) => e.field === field)?.message;
