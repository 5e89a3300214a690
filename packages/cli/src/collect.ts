// Options that may be repeated.

/** Adds a value to those given before it. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
