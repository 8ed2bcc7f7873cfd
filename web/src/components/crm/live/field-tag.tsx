/** On a field: who is editing it, or has changed it just now. */
import { others } from "../presence";
import { plain, type Mark } from "./marks";
import { Tag } from "./tag";
import { firstName, whose } from "./words";

export function FieldTag({
  field,
  mark,
  className,
}: {
  field: string | undefined;
  mark: Mark | undefined;
  className: string;
}) {
  const busy = others.use().find((p) => p.field && field && plain(p.field) === plain(field));
  if (busy)
    return (
      <Tag who={busy.user} className={className}>
        {`${firstName(busy.user.name)} is editing`}
      </Tag>
    );
  if (!mark?.fresh) return null;
  return (
    <Tag who={mark.who} className={className}>
      {`${whose(mark)}, just now`}
    </Tag>
  );
}
