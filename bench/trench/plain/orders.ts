// What the plain server says of itself; it is told nothing.

export type PlainServerReport =
  /** It serves on this port. */
  { readonly kind: 'serving'; readonly port: number } | { readonly kind: 'failed'; readonly why: string };
