/** What was typed into the palette, as the filter of a list. */
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { ListFilter } from "lucide-react";
import { sentence } from "@/api/problem";
import { readSentence, sentenceNote } from "@/components/crm/list/sentence";
import { failed } from "@/components/ui/toast";

/** Sentences have several words; one is a name. */
export const isSentence = (text: string): boolean => text.trim().split(/\s+/).length > 1;

export function SentenceItem({ text, className, onDone }: { text: string; className: string; onDone: () => void }) {
  const navigate = useNavigate();
  const run = async () => {
    onDone();
    try {
      const { search, note } = await readSentence("/opportunities", text.slice(0, 500));
      if (!search) {
        failed("Nothing of it was understood as a filter", note.left.map((l) => `“${l.text}”`).join(", "));
        return;
      }
      sentenceNote.set(note.left.length > 0 || note.byModel ? note : null);
      void navigate({ to: "/opportunities", search });
    } catch (error) {
      failed("The list was not filtered", sentence(error));
    }
  };
  return (
    <Command.Item value="filter-sentence" className={className} onSelect={() => void run()}>
      <ListFilter />
      <span className="truncate">Filter opportunities by “{text}”</span>
    </Command.Item>
  );
}
