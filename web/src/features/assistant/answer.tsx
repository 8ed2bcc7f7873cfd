import { Fragment, type ReactNode } from "react";
import type { Citation } from "@/api/types";
import { Cite, SourceLink } from "@/components/crm/evidence";

/** `**strong**` and `[n]` are all the marks that an answer carries. Figures read at 600. */
function inline(text: string, citations: Citation[]): ReactNode[] {
  return text.split(/(\*\*[^*]+\*\*|\[\d+\])/g).map((part, i) => {
    const cited = /^\[(\d+)\]$/.exec(part);
    if (cited) {
      const source = citations.find((c) => c.n === Number(cited[1]));
      return source ? (
        <span key={i} title={source.label}>
          <SourceLink source={source}>
            <Cite n={source.n} />
          </SourceLink>
        </span>
      ) : (
        <Fragment key={i}>{part}</Fragment>
      );
    }
    if (part.startsWith("**") && part.endsWith("**"))
      return (
        <strong key={i} className="font-semibold">
          {part.slice(2, -2)}
        </strong>
      );
    return <Fragment key={i}>{part}</Fragment>;
  });
}

interface Block {
  kind: "p" | "li";
  text: string;
}
const blocks = (text: string, told: (line: string) => boolean): Block[] =>
  text
    .split(/\n+/)
    .filter((line) => line.trim() !== "" && !told(line))
    .map((line) => {
      const item = /^\s*(?:[-*•]|\d+\.)\s+(.*)$/.exec(line);
      return item?.[1] ? { kind: "li", text: item[1] } : { kind: "p", text: line };
    });

export function AnswerText({
  text,
  citations,
  streaming,
  told,
}: {
  text: string;
  citations: Citation[];
  streaming: boolean;
  /** Whether what stands below the text says this line already. */
  told: (line: string) => boolean;
}) {
  const parts = blocks(text, told);
  const listed = citations.filter((c) => !text.includes(`[${c.n}]`));
  return (
    <div className="flex flex-col gap-1.5 text-cell leading-5 text-fg" aria-live="polite" aria-busy={streaming}>
      {parts.map((block, i) => (
        <p
          key={i}
          className={
            block.kind === "li"
              ? "relative pl-4 before:absolute before:left-1 before:text-fg-3 before:content-['•']"
              : ""
          }
        >
          {inline(block.text, citations)}
          {streaming && i === parts.length - 1 && (
            <span aria-hidden className="ml-px inline-block h-3.5 w-px animate-caret bg-accent align-middle" />
          )}
        </p>
      ))}
      {listed.length > 0 && (
        <ul className="flex flex-col gap-0.5 text-meta">
          {listed.map((c) => (
            <li key={c.n}>
              <SourceLink source={c}>{c.label}</SourceLink> <Cite n={c.n} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
