import { Plus, X } from "lucide-react";
import { RefPicker } from "@/components/crm/pickers";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Person } from "@/components/ui/marks";

interface Member {
  user_id: string;
  weight: number;
}

/** Who takes turns, and how often. */
export function Members(props: {
  members: Member[];
  nameOf: (id: string) => string;
  weighted: boolean;
  onChange: (members: Member[]) => void;
}) {
  const { members, nameOf, weighted, onChange } = props;
  return (
    <fieldset className="max-w-sm">
      <legend className="mb-1 text-meta font-medium text-fg-2">Members</legend>
      <ul>
        {members.map((m, at) => (
          <li
            key={m.user_id}
            className="flex min-h-9 items-center gap-2 border-b border-line text-cell max-md:min-h-11"
          >
            <span className="min-w-0 flex-1 truncate text-fg">
              <Person person={{ id: m.user_id, name: nameOf(m.user_id) }} />
            </span>
            {weighted && (
              <Input
                type="number"
                min={1}
                max={100}
                aria-label={`Weight of ${nameOf(m.user_id)}`}
                value={m.weight}
                className="w-20"
                onChange={(e) =>
                  onChange(members.map((other, i) => (i === at ? { ...m, weight: Number(e.target.value) } : other)))
                }
              />
            )}
            <Button
              type="button"
              variant="quiet"
              size="icon"
              aria-label={`Take ${nameOf(m.user_id)} out`}
              onClick={() => onChange(members.filter((_, i) => i !== at))}
            >
              <X />
            </Button>
          </li>
        ))}
      </ul>
      <div className="mt-2 flex items-center gap-2">
        <Plus className="size-4 text-fg-3" aria-hidden />
        <div className="flex-1">
          <RefPicker
            kind="user"
            value={null}
            placeholder="Add a person"
            onChange={(ref) => {
              if (ref && !members.some((m) => m.user_id === ref.id))
                onChange([...members, { user_id: ref.id, weight: 1 }]);
            }}
          />
        </div>
      </div>
    </fieldset>
  );
}
