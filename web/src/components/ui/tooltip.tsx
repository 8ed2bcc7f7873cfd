/**
 * A few words about what one points at: after 400 ms of rest, or at once with keyboard focus. One layer for the whole
 * app, placed by hand: a positioning library for this alone would be a tenth of the first page.
 */
import { Slot } from "radix-ui";
import { useEffect, useId, useRef, type ReactElement, type ReactNode } from "react";
import { createStore } from "@/lib/store";

interface Shown {
  id: string;
  label: ReactNode;
  side: "bottom" | "right";
  at: DOMRect;
}
const shown = createStore<Shown | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

function later(next: Shown | null, ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => shown.set(next), ms);
}

export function Tip({
  label,
  children,
  side = "bottom",
}: {
  label: ReactNode;
  children: ReactElement;
  side?: Shown["side"];
}) {
  const id = useId();
  const open = shown.use()?.id === id;
  const hide = () => later(null, 100);
  // What it belongs to may go while it is open.
  useEffect(
    () => () => {
      if (shown.get()?.id === id) shown.set(null);
    },
    [id],
  );
  const show = (on: Element, ms: number) => later({ id, label, side, at: on.getBoundingClientRect() }, ms);
  return (
    <Slot.Root
      aria-describedby={open ? id : undefined}
      onPointerEnter={(e) => e.pointerType === "mouse" && show(e.currentTarget, 400)}
      onPointerLeave={hide}
      onPointerDown={() => later(null, 0)}
      onFocus={(e) => e.currentTarget.matches(":focus-visible") && show(e.currentTarget, 0)}
      onBlur={hide}
    >
      {children}
    </Slot.Root>
  );
}

const GAP = 6;
const EDGE = 4;

function place(tip: HTMLElement, { at, side }: Shown): void {
  const { width, height } = tip.getBoundingClientRect();
  const left = side === "right" ? at.right + GAP : at.left + (at.width - width) / 2;
  const top = side === "right" ? at.top + (at.height - height) / 2 : at.bottom + GAP;
  const fits = top + height + EDGE <= window.innerHeight;
  tip.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - width - EDGE))}px`;
  tip.style.top = `${fits ? top : at.top - height - GAP}px`;
}

/** Stands once in the frame. */
export function TipLayer() {
  const tip = shown.use();
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (tip && element.current) place(element.current, tip);
  }, [tip]);
  useEffect(() => {
    const close = (e: KeyboardEvent) => e.key === "Escape" && later(null, 0);
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, []);
  if (!tip) return null;
  return (
    <div
      ref={element}
      id={tip.id}
      role="tooltip"
      className="fixed top-0 left-0 z-50 flex max-w-[calc(100vw-8px)] animate-fade items-center gap-2 rounded-md bg-agent px-2 py-1 text-meta text-on-agent shadow-2"
      onPointerEnter={() => clearTimeout(timer)}
      onPointerLeave={() => later(null, 100)}
    >
      {tip.label}
    </div>
  );
}
