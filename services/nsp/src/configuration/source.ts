// Where a configuration is read from, and what tells that it may have changed.

/** What a look at the source found: its text, or why there is none. Two looks that are equal found the same. */
export type Found =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nothing'; readonly reason: string };

export interface ConfigurationSource {
  /** Where it is, for people. */
  readonly path: string;
  /** Never rejects. */
  read(): Promise<Found>;
  /**
   * Calls back when there may be something new, which need not be so; misses are possible. Gives undefined where the
   * system cannot tell. Disposing it ends the calls.
   */
  watch(changed: () => void): Disposable | undefined;
}

export function sameFind(a: Found, b: Found): boolean {
  if (a.kind === 'text') return b.kind === 'text' && a.text === b.text;
  return b.kind === 'nothing' && a.reason === b.reason;
}
