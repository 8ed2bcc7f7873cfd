/** First and last name of somebody by what their mail program calls them; else by their address. */
export function nameOf(person: { address: string; name?: string | null }): {
  first_name: string | null;
  last_name: string;
} {
  const name = person.name?.trim() ?? "";
  const [last, first] = name.split(/,\s*/, 2);
  if (last && first) return { first_name: first, last_name: last };
  const at = name.lastIndexOf(" ");
  if (at > 0) return { first_name: name.slice(0, at), last_name: name.slice(at + 1) };
  return { first_name: null, last_name: name || (person.address.split("@")[0] ?? person.address) };
}
