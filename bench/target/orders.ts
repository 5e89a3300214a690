// What the target is told and what it answers.

/** What a target is started with. */
export interface TargetOptions {
  readonly leaves: number;
  readonly perNotification: number;
}

export type TargetOrder =
  /** Give every subscriber its initial tree: those that wait, and from now on each that comes. */
  | { readonly kind: 'release' }
  /** Let subscribers wait for their initial tree again. */
  | { readonly kind: 'hold' }
  /** Update the leaves as fast as the only subscriber reads. */
  | { readonly kind: 'flow'; readonly seconds: number }
  /** Update the leaves at a rate a second, for every subscriber. */
  | { readonly kind: 'pace'; readonly rate: number; readonly seconds: number };

export type TargetReport =
  | { readonly kind: 'listening'; readonly port: number }
  /** A Subscribe has come. */
  | { readonly kind: 'asked' }
  | { readonly kind: 'released'; readonly atMs: number }
  | { readonly kind: 'held' }
  /** `sent` counts every update of the initial tree and since: it tells each leaf's last value. */
  | { readonly kind: 'sent'; readonly sent: number }
  | { readonly kind: 'failed'; readonly why: string };
