// The beginning of a list that a service has cut, for people.

/** The lines that were sent, and a last one that says how many more there are. */
export function withRest(sent: readonly string[], count: number): readonly string[] {
  return count > sent.length ? [...sent, `and ${count - sent.length} more`] : sent;
}
