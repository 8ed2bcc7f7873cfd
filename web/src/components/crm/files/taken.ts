/** Files that are dropped on a part of the page, or pasted anywhere on it. */
import { useEffect, useRef, useState, type DragEvent } from "react";

type Take = (files: File[]) => void;

const brings = (event: DragEvent): boolean => event.dataTransfer.types.includes("Files");

export function useDropped(enabled: boolean, take: Take) {
  const [active, setActive] = useState(false);
  if (!enabled) return { active: false, on: {} };
  return {
    active,
    on: {
      onDragOver: (event: DragEvent) => {
        if (!brings(event)) return;
        event.preventDefault();
        setActive(true);
      },
      onDragLeave: (event: DragEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setActive(false);
      },
      onDrop: (event: DragEvent) => {
        if (!brings(event)) return;
        event.preventDefault();
        setActive(false);
        take([...event.dataTransfer.files]);
      },
    },
  };
}

/** A picture from the clipboard has no name of its own. */
function named(file: File): File {
  if (file.name !== "image.png") return file;
  const at = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
  return new File([file], `Pasted ${at}.png`, { type: file.type });
}

export function usePasted(enabled: boolean, take: Take): void {
  const current = useRef(take);
  useEffect(() => {
    current.current = take;
  });
  useEffect(() => {
    if (!enabled) return;
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || event.defaultPrevented) return;
      event.preventDefault();
      current.current(files.map(named));
    };
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  }, [enabled]);
}
