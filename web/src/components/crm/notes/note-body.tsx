/** A note's words, drawn from its Markdown. What it names is a link, by its name of now. */
import { Link } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import type { MentionRef } from "@/api/types";
import { blocks, type Block, type Inline } from "./markdown";

const PATHS = {
  opportunity: "/opportunities/$id",
  account: "/accounts/$id",
  contact: "/contacts/$id",
  lead: "/leads/$id",
} as const;

interface Props {
  body: string;
  mentions: MentionRef[];
}

function Mention({ part, mentions }: { part: Extract<Inline, { kind: "mention" }>; mentions: MentionRef[] }) {
  const found = mentions.find((m) => m.id === part.id && m.type === part.to);
  if (!found) return <span className="text-fg-3">{part.label}</span>;
  const { type, id, name } = found;
  const style = "rounded-xs bg-accent-soft px-0.5 font-medium text-accent-text";
  if (type === "person" || type === "team") return <span className={style}>@{name}</span>;
  return (
    <Link to={PATHS[type]} params={{ id }} className={`${style} hover:underline`}>
      #{name}
    </Link>
  );
}

function drawn(parts: Inline[], mentions: MentionRef[]): ReactNode {
  return parts.map((part, n) => {
    switch (part.kind) {
      case "text":
        return part.text;
      case "code":
        return (
          <code key={n} className="rounded-xs bg-muted px-1 font-mono text-meta">
            {part.text}
          </code>
        );
      case "bold":
        return <strong key={n}>{drawn(part.parts, mentions)}</strong>;
      case "italic":
        return <em key={n}>{drawn(part.parts, mentions)}</em>;
      case "struck":
        return <s key={n}>{drawn(part.parts, mentions)}</s>;
      case "mention":
        return <Mention key={n} part={part} mentions={mentions} />;
      case "link":
        return (
          <a
            key={n}
            href={part.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            className="text-accent-text underline"
          >
            {drawn(part.parts, mentions)}
          </a>
        );
    }
  });
}

function Lines({ lines, mentions }: { lines: Inline[][]; mentions: MentionRef[] }) {
  return lines.map((line, n) => (
    <span key={n}>
      {n > 0 && <br />}
      {drawn(line, mentions)}
    </span>
  ));
}

function DrawnBlock({ block, mentions }: { block: Block; mentions: MentionRef[] }) {
  if (block.kind === "code") {
    return (
      <pre className="overflow-x-auto rounded-md bg-muted p-2 font-mono text-meta whitespace-pre">{block.text}</pre>
    );
  }
  if (block.kind === "list") {
    const items = block.items.map((item, n) => <li key={n}>{drawn(item, mentions)}</li>);
    if (block.ordered) return <ol className="list-decimal pl-5">{items}</ol>;
    return <ul className="list-disc pl-5">{items}</ul>;
  }
  const lines = <Lines lines={block.lines} mentions={mentions} />;
  if (block.kind === "quote") return <blockquote className="border-l-2 border-line-strong pl-2.5">{lines}</blockquote>;
  if (block.kind === "heading") return <p className="font-semibold text-fg">{lines}</p>;
  return <p>{lines}</p>;
}

export function NoteBody({ body, mentions }: Props) {
  const parts = useMemo(() => blocks(body), [body]);
  return (
    <div className="flex flex-col gap-1.5">
      {parts.map((block, n) => (
        <DrawnBlock key={n} block={block} mentions={mentions} />
      ))}
    </div>
  );
}
