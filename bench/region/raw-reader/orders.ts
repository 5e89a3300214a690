// What the raw reader is told and what it answers.

export interface RawReaderOptions {
  /** The leader, host:port. */
  readonly address: string;
}

/** Ask for all regions, and read to their end. */
export interface RawReaderOrder {
  readonly kind: 'read';
}

export type RawReaderReport =
  /** It is connected. */
  | { readonly kind: 'ready' }
  /** From the request to the end of the snapshot; `regions` are those that the leader announced. */
  | { readonly kind: 'read'; readonly seconds: number; readonly bytes: number; readonly regions: number }
  | { readonly kind: 'failed'; readonly why: string };
