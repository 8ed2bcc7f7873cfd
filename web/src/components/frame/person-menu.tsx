import { useMe } from "@/api/shared";
import { PersonMark } from "@/components/ui/marks";
import { Menu } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { loadable } from "@/lib/loadable";

export const PersonMenuView = loadable(() => import("./person").then((m) => m.PersonMenuView));

export function PersonMenu({ folded }: { folded: boolean }) {
  const me = useMe();
  return (
    <Menu
      view={PersonMenuView}
      side="top"
      trigger={
        <button
          type="button"
          aria-label={`${me.user.name}: account and theme`}
          className={cn(
            "flex items-center gap-2 rounded-md py-1.5 text-left hover:bg-muted",
            folded ? "justify-center" : "px-2",
          )}
        >
          <PersonMark id={me.user.id} name={me.user.name} size={28} />
          {!folded && (
            <span className="min-w-0">
              <span className="block truncate text-cell font-medium text-fg">{me.user.name}</span>
              <span className="block truncate text-meta text-fg-3">
                {me.roles.map((r) => r.name).join(", ") || me.user.email}
              </span>
            </span>
          )}
        </button>
      }
      items={[{ heading: me.user.email }]}
    />
  );
}
