import { cn } from "@/lib/cn";

/** A stage is a ring that fills with its probability (0 to 100); won is a green disc, lost a grey one. */
export function StageRing(props: {
  kind: "open" | "won" | "lost";
  probability: number;
  size?: number;
  className?: string;
}) {
  const { kind, probability, size = 14 } = props;
  const frame = { width: size, height: size, viewBox: "0 0 16 16", "aria-hidden": true } as const;
  if (kind !== "open") {
    return (
      <svg {...frame} className={cn("shrink-0", kind === "won" ? "fill-ok" : "fill-fg-3", props.className)}>
        <circle cx="8" cy="8" r="8" />
        <path
          className="fill-none stroke-bg"
          strokeWidth="1.8"
          strokeLinecap="round"
          strokeLinejoin="round"
          d={kind === "won" ? "M4.8 8.3 7 10.5l4.3-4.8" : "m5.600 5.600 4.800 4.800m0-4.800-4.800 4.800"}
        />
      </svg>
    );
  }
  const share = Math.min(0.999, Math.max(0, probability / 100));
  const angle = share * 2 * Math.PI;
  const x = 8 + 4.5 * Math.sin(angle);
  const y = 8 - 4.5 * Math.cos(angle);
  return (
    <svg {...frame} className={cn("shrink-0 text-fg-2", props.className)}>
      <circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" strokeWidth="1.5" />
      {share > 0 && (
        <path
          d={`M8 8V3.500A4.5 4.5 0 ${share > 0.5 ? 1 : 0} 1 ${x.toFixed(3)} ${y.toFixed(3)}Z`}
          fill="currentColor"
        />
      )}
    </svg>
  );
}
