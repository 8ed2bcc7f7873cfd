import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/api/shared";
import { HoursRow, workingHoursQuery } from "@/components/crm/working-hours";
import { Card, ReadFailed, SkeletonRows } from "@/components/ui/states";

/** When I work, for the assignment rules that ask. */
export function MyHours() {
  const { user } = useMe();
  const hours = useQuery(workingHoursQuery());
  const mine = hours.data?.find((h) => h.user_id === user.id);
  return (
    <Card title="Working hours">
      <div className="px-4 py-3">
        <p className="text-cell text-fg-3">Rules that give out leads may ask who is at work.</p>
        {hours.isPending && <SkeletonRows rows={1} />}
        <ReadFailed query={hours} />
        <ul>{mine && <HoursRow hours={mine} />}</ul>
      </div>
    </Card>
  );
}
