import { Copy, Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { failed, told } from "@/components/ui/toast";

/** Shown once: to be written down before going on. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const text = codes.join("\n");
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => told("Copied"),
      () => failed("The codes were not copied", "Select them and copy them by hand, or download them."),
    );
  const href = `data:text/plain;charset=utf-8,${encodeURIComponent(`Dealwright recovery codes\n\n${text}\n`)}`;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-cell text-fg-2">
        When your device is lost, each of these lets you in once. Keep them where your password is not. They are not
        shown again.
      </p>
      <ul
        aria-label="Recovery codes"
        className="grid gap-y-1.5 rounded-lg border border-line bg-sunken px-4 py-3 font-mono text-code text-fg"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void copy()}>
          <Copy /> Copy
        </Button>
        <Button asChild>
          <a href={href} download="dealwright-recovery-codes.txt">
            <Download /> Download
          </a>
        </Button>
        <Button variant="primary" className="ml-auto" onClick={onDone}>
          I have kept them
        </Button>
      </div>
    </div>
  );
}
