// Whether a peer or client can be had on this machine. What cannot is a reason to skip a case; what ought to
// build and does not is a reason to fail it.

export type Availability =
  | { readonly kind: 'ready'; readonly path: string }
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string };

export const ready = (path: string): Availability => ({ kind: 'ready', path });
export const missing = (reason: string): Availability => ({ kind: 'missing', reason });
export const broken = (reason: string): Availability => ({ kind: 'broken', reason });
