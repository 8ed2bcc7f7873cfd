/** Drags the panel between 360 and 560 wide; arrow keys do too. */
export function Grip({ width, onWidth }: { width: number; onWidth: (width: number) => void }) {
  const to = (next: number) => onWidth(Math.max(360, Math.min(560, Math.round(next))));
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the assistant"
      aria-valuenow={width}
      aria-valuemin={360}
      aria-valuemax={560}
      tabIndex={0}
      className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize hover:bg-accent-line max-md:hidden"
      onKeyDown={(e) => {
        if (e.key === "ArrowLeft") to(width + 16);
        if (e.key === "ArrowRight") to(width - 16);
      }}
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId);
      }}
      onPointerMove={(e) => {
        if (e.currentTarget.hasPointerCapture(e.pointerId)) to(window.innerWidth - e.clientX);
      }}
    />
  );
}
