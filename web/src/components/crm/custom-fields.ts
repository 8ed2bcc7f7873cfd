/** The custom fields that lists, cards and boards offer. */
import { useQuery } from "@tanstack/react-query";
import { customFieldsQuery, useFields } from "@/api/shared";
import type { CustomField } from "@/api/types";

const NONE: CustomField[] = [];

/** The custom fields of an object that this person may see, in their order. */
export function useCustomFields(object: CustomField["object"]): CustomField[] {
  const all = useQuery(customFieldsQuery()).data ?? NONE;
  const { hides } = useFields(object);
  return all
    .filter((f) => f.object === object && !f.archived && !hides(`custom.${f.key}`))
    .sort((a, b) => a.position - b.position);
}
