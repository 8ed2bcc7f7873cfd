/** The record whose page something stands on: what others do to it is shown there. */
import { createContext, useContext } from "react";
import type { Gone, Mark } from "./marks";
import { plain, useMarks } from "./marks";

export interface Here {
  id: string;
  gone: Gone | null;
  /** Why nothing of it can be changed any more. */
  closed: string | undefined;
}
export const HereContext = createContext<Here | null>(null);

/** Who changed a field of the record, and whether it can still be changed. */
export function useField(field: string | undefined): { mark: Mark | undefined; closed: string | undefined } {
  const here = useContext(HereContext);
  const marked = useMarks(here?.id);
  return { mark: field ? marked?.[plain(field)] : undefined, closed: here?.closed };
}
