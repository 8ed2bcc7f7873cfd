import type { LeadGrade } from "@/api/types";

export const gradeWord = (grade: LeadGrade | null | undefined): string => (grade ? grade.toUpperCase() : "–");

/** "+20", "−10". */
export const points = (n: number): string => (n > 0 ? `+${n}` : `−${Math.abs(n)}`);
