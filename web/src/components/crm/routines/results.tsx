import { useQuery } from "@tanstack/react-query";
import { useMay } from "@/api/shared";
import { resultsQuery } from "./queries";
import { ResultCard } from "./result-card";

/** What agents have told me; nothing while they have told nothing. */
export function AgentResults() {
  const may = useMay("agent", "use");
  const results = useQuery({ ...resultsQuery(), enabled: may }).data ?? [];
  return (
    <>
      {results.map((result, at) => (
        <ResultCard key={result.id} result={result} open={at === 0} />
      ))}
    </>
  );
}
