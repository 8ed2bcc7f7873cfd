import { Kbd } from "@/components/ui/badge";
import { Overlay } from "@/components/ui/overlay";
import { raised } from "@/lib/frame";
import { MOD } from "@/lib/keys";
import { useNav } from "./nav";

const GROUPS: { title: string; rows: [string, string][] }[] = [
  {
    title: "Anywhere",
    rows: [
      [`${MOD} k`, "Search, act or ask"],
      [`${MOD} j`, "Open or close the assistant"],
      ["?", "This list"],
      ["c o", "New opportunity"],
      ["c t", "New task"],
      ["l c", "Log a call"],
      ["l m", "Log a meeting"],
      ["l n", "Write a note"],
      ["l e", "Log an e-mail"],
      ["Esc", "Close, clear or put back"],
    ],
  },
  {
    title: "Lists",
    rows: [
      ["/", "Search in this list"],
      ["Enter", "Edit the cell; again to save"],
      ["Tab", "Save and edit the next cell"],
      ["Esc", "Leave the cell as it was"],
      ["Alt ← →", "Make the column narrower or wider"],
    ],
  },
  {
    title: "Notifications",
    rows: [
      ["j", "The next one"],
      ["k", "The one before"],
      ["e", "Mark it as read"],
      ["o", "Open it"],
    ],
  },
  {
    title: "Assistant",
    rows: [
      ["/", "What it can be asked"],
      ["↑", "The last request again"],
      ["Tab", "The next place to fill in"],
      ["Esc", "Close the list, then the assistant"],
    ],
  },
  {
    title: "Board",
    rows: [
      ["Space", "Lift the card; again to drop it"],
      ["← →", "Move it to another column"],
      ["↑ ↓", "Move it to another row"],
      ["Esc", "Put it back"],
    ],
  },
  {
    title: "A card of the board",
    rows: [
      ["← → ↑ ↓", "Go to the next card"],
      ["Enter", "Open it"],
      ["e", "Edit its key fields"],
      ["a", "Assign it"],
      ["t", "Add a task"],
      ["w", "Close it as won"],
      ["l", "Close it as lost"],
    ],
  },
];

export function Help() {
  const open = raised.use() === "help";
  const [anywhere, ...rest] = GROUPS;
  const places = { title: "Go to", rows: useNav().map((n): [string, string] => [n.keys, n.label]) };
  const groups = [...(anywhere ? [anywhere] : []), places, ...rest];
  return (
    <Overlay open={open} onOpenChange={(next) => raised.set(next ? "help" : null)} title="Keyboard shortcuts">
      <div className="grid gap-6 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group.title}>
            <h3 className="mb-1.5 text-meta font-medium text-fg-3">{group.title}</h3>
            <dl className="flex flex-col gap-1.5">
              {group.rows.map(([keys, what]) => (
                <div key={keys + what} className="flex items-center justify-between gap-4">
                  <dt className="text-cell text-fg">{what}</dt>
                  <dd className="flex gap-1">
                    {keys.split(" ").map((key) => (
                      <Kbd key={key}>{key.length === 1 ? key.toUpperCase() : key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Overlay>
  );
}
