/** The languages that numbers and dates are offered in: the app's words are English. */
export const LOCALES = [
  "en-GB",
  "en-US",
  "de-AT",
  "de-CH",
  "de-DE",
  "es-ES",
  "fr-CH",
  "fr-FR",
  "it-IT",
  "nl-NL",
  "pl-PL",
  "pt-BR",
  "sv-SE",
];

export function localeName(tag: string): string {
  return new Intl.DisplayNames("en", { type: "language" }).of(tag) ?? tag;
}

/** What this browser knows; UTC is always among it. */
export function timeZones(): string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return known.includes("UTC") ? known : ["UTC", ...known];
}
