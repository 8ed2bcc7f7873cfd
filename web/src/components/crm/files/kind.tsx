/** What a file is, at a glance. */
import {
  FileArchive,
  FileAudio,
  FileImage,
  FileSpreadsheet,
  FileText,
  FileVideo,
  File as Plain,
  Mail,
  Presentation,
  type LucideIcon,
} from "lucide-react";

const GLYPHS: readonly [RegExp, LucideIcon][] = [
  [/^image\//, FileImage],
  [/^audio\//, FileAudio],
  [/^video\//, FileVideo],
  [/spreadsheet|excel|csv|tab-separated/, FileSpreadsheet],
  [/presentation|powerpoint/, Presentation],
  [/rfc822|outlook/, Mail],
  [/zip/, FileArchive],
  [/pdf|word|text|rtf|json/, FileText],
];

export function FileGlyph({ type }: { type: string }) {
  const Glyph = GLYPHS.find(([of]) => of.test(type))?.[1] ?? Plain;
  return (
    <span className="grid size-8 shrink-0 place-items-center rounded-md border border-line bg-sunken text-fg-3">
      <Glyph className="size-4" strokeWidth={1.75} aria-hidden />
    </span>
  );
}
