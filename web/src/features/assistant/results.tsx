import { Link } from "@tanstack/react-router";
import { useId, type ReactNode } from "react";
import type { Citation } from "@/api/types";
import { Cite, SourceLink } from "@/components/crm/evidence";
import { ShareBar } from "@/components/ui/share-bar";
import { cn } from "@/lib/cn";
import type { Block } from "./result-blocks";

/** What was found, to be looked over and followed: tables whose names are links, and bars with their values. */
export function Results({ all, citations }: { all: Block[]; citations: Citation[] }) {
  return all.map((block) => (
    <Framed key={block.n} title={block.title} said={all.length > 1}>
      {block.kind === "table" ? <Rows block={block} citations={citations} /> : <Bars block={block} />}
    </Framed>
  ));
}

/** Scrolls sideways by itself, by keys too; its title is said to everyone where there are several. */
function Framed({ title, said, children }: { title: string; said: boolean; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="overflow-hidden rounded-lg border border-line-strong bg-surface">
      <h3 id={id} className={said ? "border-b border-line px-2.5 py-1.5 text-meta font-medium text-fg-2" : "sr-only"}>
        {title}
      </h3>
      <div className="scroll-thin overflow-x-auto" tabIndex={0} role="region" aria-labelledby={id}>
        {children}
      </div>
    </section>
  );
}

const HEAD = "px-1.5 py-1.5 font-medium whitespace-nowrap first:pl-2.5 last:pr-2.5";
const CELL = "px-1.5 py-1.5 align-top first:pl-2.5 last:pr-2.5";

type TableBlock = Extract<Block, { kind: "table" }>;

function Rows({ block, citations }: { block: TableBlock; citations: Citation[] }) {
  return (
    <table className="w-full text-meta">
      <thead>
        <tr className="border-b border-line text-fg-3">
          {block.heads.map((head) => (
            <th key={head.label} scope="col" className={cn(HEAD, head.right ? "text-right" : "text-left")}>
              {head.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {block.rows.map((row, at) => (
          <tr key={row.record?.id ?? at} className="border-b border-line last:border-b-0">
            {row.cells.map((cell, i) => {
              const right = block.heads[i]?.right;
              const note = cell.note && <span className="block text-fg-3">{cell.note}</span>;
              return i === 0 ? (
                <th key={i} scope="row" className={cn(CELL, "min-w-32 text-left font-normal break-words")}>
                  <Name row={row} citations={citations} />
                  {note}
                </th>
              ) : (
                <td key={i} className={cn(CELL, "whitespace-nowrap text-fg", right && "text-right tnum")}>
                  {cell.text}
                  {note}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
      {block.foot.length > 0 && (
        <tfoot>
          <tr className="border-t border-line">
            <td colSpan={block.heads.length} className="px-2.5 py-1.5 text-fg-3">
              All: {block.foot.map(({ label, text }) => `${label} ${text}`).join(", ")}
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function Name({ row, citations }: { row: TableBlock["rows"][number]; citations: Citation[] }) {
  const name = row.cells[0]?.text;
  const { record } = row;
  if (!record) return <span className="font-medium text-fg">{name}</span>;
  if (record.type === "approval" || record.type === "task")
    return (
      <Link
        {...(record.type === "task" ? { to: "/tasks" } : { to: "/approvals/$id", params: { id: record.id } })}
        className="font-medium text-accent-text hover:underline"
      >
        {name}
      </Link>
    );
  const n = citations.find((c) => c.id === record.id)?.n;
  return (
    <>
      <span className="font-medium">
        <SourceLink source={record} alone>
          {name}
        </SourceLink>
      </span>
      {n !== undefined && <Cite n={n} />}
    </>
  );
}

function Bars({ block }: { block: Extract<Block, { kind: "chart" }> }) {
  const { most } = block;
  return (
    <table className="w-full text-meta">
      <thead>
        <tr className="border-b border-line text-fg-3">
          <th scope="col" className={cn(HEAD, "text-left")}>
            {block.of}
          </th>
          <th scope="col" className="w-2/5">
            <span className="sr-only">As a bar</span>
          </th>
          <th scope="col" className={cn(HEAD, "text-right")}>
            {block.measure}
          </th>
        </tr>
      </thead>
      <tbody>
        {block.bars.map((bar) => (
          <tr key={bar.told} className="border-b border-line last:border-b-0">
            <th scope="row" className={cn(CELL, "max-w-36 truncate text-left font-normal text-fg")} title={bar.label}>
              {bar.label}
            </th>
            <td className={CELL} aria-hidden>
              <span className="flex h-4 items-center">
                <ShareBar share={most > 0 ? (bar.value ?? 0) / most : 0} tone="bg-chart-2" />
              </span>
            </td>
            <td className={cn(CELL, "text-right whitespace-nowrap text-fg tnum")}>
              {bar.shown}
              {bar.note && <span className="block text-fg-3">{bar.note}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
