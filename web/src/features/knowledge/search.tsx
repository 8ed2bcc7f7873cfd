/** Search by meaning: a question in one's own words, and the passages that may answer it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BookOpen, Search } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import type { KnowledgeAnswer } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { PassageCard } from "./passage";
import { askedOf, GROUPS, passagesQuery } from "./queries";
import type { Group, KnowledgeSearch } from "./words";

const EXAMPLES = [
  "deals lost because of pricing",
  "what to say when a customer asks for a discount",
  "who worries about data protection",
];

export function SearchPage(props: { search: KnowledgeSearch; onSearch: (next: KnowledgeSearch) => void }) {
  const { search, onSearch } = props;
  const asked = askedOf(search);
  const query = useQuery(passagesQuery(search));
  return (
    <div className="flex min-h-0 flex-1 scroll-thin flex-col overflow-y-auto">
      <div className="flex w-full max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
        <header>
          <h1 className="text-title text-fg">Search by meaning</h1>
          <p className="text-cell text-fg-3">Ask in your own words. You find what you may see, with where it stands.</p>
        </header>
        <Question key={asked} asked={asked} onAsk={(q) => onSearch({ ...search, q })} />
        <Groups search={search} />
        {asked.length < 2 ? (
          <Empty icon={BookOpen} title="What would you like to know?">
            <span className="flex flex-col items-center gap-1">
              {EXAMPLES.map((q) => (
                <Link key={q} to="/search" search={{ q }} className="text-accent-text underline">
                  {q}
                </Link>
              ))}
            </span>
          </Empty>
        ) : (
          <section aria-label="Passages" aria-busy={query.isFetching}>
            {query.isPending && <SkeletonRows rows={6} height={72} />}
            <ReadFailed query={query} />
            {query.data && <Answer answer={query.data} />}
          </section>
        )}
      </div>
    </div>
  );
}

function Question({ asked, onAsk }: { asked: string; onAsk: (q: string) => void }) {
  const [text, setText] = useState(asked);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onAsk(text.trim());
  };
  return (
    <form role="search" className="flex gap-2" onSubmit={submit}>
      <Input
        size="lg"
        type="search"
        aria-label="Question"
        placeholder={EXAMPLES[0]}
        value={text}
        maxLength={500}
        autoFocus
        onChange={(e) => setText(e.target.value)}
      />
      <Button variant="primary" size="lg" type="submit" aria-label="Search">
        <Search /> <span className="max-md:sr-only">Search</span>
      </Button>
    </form>
  );
}

function Groups({ search }: { search: KnowledgeSearch }) {
  const all = Object.entries(GROUPS) as [Group, { label: string }][];
  const tab = (group: Group | undefined, label: string) => (
    <Link
      key={label}
      to="/search"
      search={{ ...search, in: group }}
      className={tabClass(search.in === group)}
      aria-current={search.in === group ? "page" : undefined}
    >
      {label}
    </Link>
  );
  return (
    <TabRow label="Look through" className="h-9 shrink-0 border-b border-line">
      {tab(undefined, "Everything")}
      {all.map(([group, { label }]) => tab(group, label))}
    </TabRow>
  );
}

function Answer({ answer }: { answer: KnowledgeAnswer }) {
  const { items, facts, narrowed } = answer;
  return (
    <>
      {!answer.by_meaning && (
        <p role="status" className="rounded-md bg-muted px-3 py-2 text-cell text-fg-2">
          Found by words alone: the model that compares meanings is not there, or still on its way.
        </p>
      )}
      {answer.index !== "done" && (
        <p role="status" className="mt-2 rounded-md bg-muted px-3 py-2 text-cell text-fg-2">
          {answer.index === "running"
            ? "The index is being made; something may be missing still."
            : "Older records are not in the index yet. An administrator can have everything indexed."}
        </p>
      )}
      {facts.length > 0 && (
        <p className="flex flex-wrap items-center gap-1.5 pt-2 text-meta text-fg-3">
          {narrowed ? "Only deals that are" : "No deal is"}
          {facts.map((fact) => (
            <Badge key={`${fact.kind} ${fact.value}`} kind="outline">
              {fact.value}
            </Badge>
          ))}
          {!narrowed && "as far as you see; so everything was looked through"}
        </p>
      )}
      {items.length === 0 ? (
        <Empty icon={Search} title="Nothing answers that">
          Try other words, or look through everything.
        </Empty>
      ) : (
        <ol>
          {items.map((passage, n) => (
            <PassageCard key={n} passage={passage} place={n + 1} />
          ))}
        </ol>
      )}
    </>
  );
}
