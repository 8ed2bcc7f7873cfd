import { useState } from "react";
import { failed } from "./toast";

/** Copies text, and says for two seconds that it did. */
export function useCopy(): { copied: boolean; copy: (text: string) => Promise<void> } {
  const [copied, setCopied] = useState(false);
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      failed("The browser does not let us copy", "Select the text and copy it yourself.");
    }
  };
  return { copied, copy };
}
