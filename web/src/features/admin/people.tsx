import { useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Users } from "lucide-react";
import { useState } from "react";
import { teamsQuery, useMay } from "@/api/shared";
import type { Team, User } from "@/api/types";
import { totalWords } from "@/components/crm/record-list";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { useNear } from "@/lib/hooks";
import { number } from "@/lib/format";
import { AdminPage } from "./layout";
import { PeopleFilters } from "./people-filters";
import { PeopleTable } from "./people-table";
import { PersonDialogs, type Asked } from "./person-dialogs";
import { peopleQuery, type PeopleSearch } from "./queries";
import { TeamTree } from "./team-tree";

export function People({ search, onSearch }: { search: PeopleSearch; onSearch: (next: PeopleSearch) => void }) {
  const teams = useSuspenseQuery(teamsQuery()).data;
  const may = { create: useMay("user", "create"), team: useMay("team", "create") };
  const [asked, setAsked] = useState<Asked | null>(null);
  const [newTeam, setNewTeam] = useState(false);
  const onTeams = search.tab === "teams";
  return (
    <AdminPage
      title="People and teams"
      text="Who works here, what they may do, and whose records they see with their team."
      aside={
        onTeams
          ? may.team && (
              <Button variant="primary" onClick={() => setNewTeam(true)}>
                <Plus /> New team
              </Button>
            )
          : may.create && (
              <Button variant="primary" onClick={() => setAsked({ kind: "new" })}>
                <Plus /> New person
              </Button>
            )
      }
    >
      <TabRow label="People or teams" className="h-9 border-b border-line">
        <Link to="/admin/people" search={{}} className={tabClass(!onTeams)} aria-current={onTeams ? undefined : "page"}>
          People
        </Link>
        <Link
          to="/admin/people"
          search={{ tab: "teams" }}
          className={tabClass(onTeams)}
          aria-current={onTeams ? "page" : undefined}
        >
          Teams <span className="text-fg-3 tnum">{number(teams.length)}</span>
        </Link>
      </TabRow>
      {onTeams ? (
        <TeamTree teams={teams} adding={newTeam} onAdding={setNewTeam} />
      ) : (
        <PeopleList search={search} onSearch={onSearch} teams={teams} onAsk={setAsked} />
      )}
      {asked && <PersonDialogs asked={asked} onClose={() => setAsked(null)} />}
    </AdminPage>
  );
}

function PeopleList(props: {
  search: PeopleSearch;
  onSearch: (next: PeopleSearch) => void;
  teams: Team[];
  onAsk: (asked: Asked) => void;
}) {
  const query = useSuspenseInfiniteQuery(peopleQuery(props.search));
  const near = useNear(() => void query.fetchNextPage(), query.hasNextPage && !query.isFetchingNextPage);
  const people: User[] = query.data.pages.flatMap((p) => p.items);
  const total = totalWords(query.data.pages[0]);
  return (
    <>
      <PeopleFilters search={props.search} onSearch={props.onSearch} teams={props.teams} total={total} />
      {people.length === 0 ? (
        <Empty icon={Users} title="Nobody matches">
          Take a filter away, or look among the inactive.
        </Empty>
      ) : (
        <PeopleTable people={people} teams={props.teams} onAsk={props.onAsk} />
      )}
      <div ref={near} className="py-2 text-center text-meta text-fg-3">
        {query.isFetchingNextPage && "Loading more"}
      </div>
    </>
  );
}
