import { Button } from "@/components/ui/button";
import { AgentMark } from "@/components/ui/marks";

const SUGGESTIONS = [
  "What should I do today?",
  "Which of my deals have been in their stage for more than 30 days?",
  "What closes this month?",
  "How much is in my open pipeline?",
];
const ON_RECORD = [
  "Summarise this record",
  "When did we last talk to them?",
  "Create a follow-up for next Friday",
  "Draft a follow-up e-mail",
];

export function Welcome({
  onRecord,
  may,
  onPick,
}: {
  onRecord: boolean;
  may: boolean;
  onPick: (goal: string) => void;
}) {
  return (
    <div className="mt-auto flex flex-col gap-3">
      <AgentMark size={28} />
      <p className="text-cell text-fg-2">
        {may
          ? "Ask about your deals, or say what to change. It reads what you may read, and proposes what you may change. A change waits for your approval, unless your administrators let it through."
          : "Your role does not include the assistant. An administrator can add it."}
      </p>
      {may &&
        (onRecord ? ON_RECORD : SUGGESTIONS).map((s) => (
          <Button
            key={s}
            className="h-auto min-h-8 justify-start py-1.5 text-left whitespace-normal"
            onClick={() => onPick(s)}
          >
            {s}
          </Button>
        ))}
    </div>
  );
}
