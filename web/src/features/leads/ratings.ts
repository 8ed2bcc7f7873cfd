export const RATINGS: [string, string][] = [
  ["hot", "Hot"],
  ["warm", "Warm"],
  ["cold", "Cold"],
];

export const ratingWord = (rating: string | null | undefined): string =>
  RATINGS.find(([value]) => value === rating)?.[1] ?? "";
