/** Teams as the tree that they are. */
import type { Team } from "@/api/types";

export interface Branch {
  team: Team;
  below: Branch[];
}

/** Those at the top with all below them. A team whose parent is not there stands at the top. */
export function branches(teams: Team[]): Branch[] {
  const known = new Set(teams.map((t) => t.id));
  const grow = (parent: string | null): Branch[] =>
    teams
      .filter((t) => (t.parent_id && known.has(t.parent_id) ? t.parent_id : null) === parent)
      .map((team) => ({ team, below: grow(team.id) }));
  return grow(null);
}

/** A team and all below it: where it cannot be moved to. */
export function within(teams: Team[], id: string): Set<string> {
  const found = new Set([id]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const team of teams) if (team.parent_id && found.has(team.parent_id)) found.add(team.id);
  }
  return found;
}

/** Names with their depth, for a list to choose from. */
export function indented(teams: Team[]): { id: string; label: string }[] {
  const walk = (list: Branch[], depth: number): { id: string; label: string }[] =>
    list.flatMap((b) => [{ id: b.team.id, label: `${"  ".repeat(depth)}${b.team.name}` }, ...walk(b.below, depth + 1)]);
  return walk(branches(teams), 0);
}
