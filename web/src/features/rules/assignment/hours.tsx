import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { HoursRow, workingHoursQuery } from "@/components/crm/working-hours";
import { Input } from "@/components/ui/input";
import { Card, ReadFailed, SkeletonRows } from "@/components/ui/states";

/** So many people are listed; the rest is found by name. */
const SHOWN = 30;

/** When people work, for the rules that ask. */
export function Hours() {
  const hours = useQuery(workingHoursQuery());
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = (hours.data ?? []).filter((h) => h.name.toLowerCase().includes(wanted));
  return (
    <Card title="Working hours">
      <div className="flex flex-col gap-2 px-4 py-3">
        <p className="text-cell text-fg-3">
          In each person’s own time zone. Who has said nothing works Monday to Friday, nine to five.
        </p>
        <Input
          aria-label="Find a person"
          placeholder="Find a person"
          value={text}
          className="max-w-xs"
          onChange={(e) => setText(e.target.value)}
        />
        {hours.isLoading && <SkeletonRows rows={4} />}
        <ReadFailed query={hours} />
        <ul aria-label="Working hours">
          {found.slice(0, SHOWN).map((h) => (
            <HoursRow key={h.user_id} hours={h} />
          ))}
        </ul>
        {found.length > SHOWN && <p className="text-meta text-fg-3">The first {SHOWN} are listed.</p>}
      </div>
    </Card>
  );
}
