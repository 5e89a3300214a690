// Requests of a stream that a test sends.

/** The items, one after the other. */
export async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}
